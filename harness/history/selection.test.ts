import { expect, test } from 'vitest';
import { asColumns } from './columns-builder.ts';
import { commit, historyOf, info, read, receive, show, watch, write } from './history.test-support.ts';
import { select, unknownNames } from './selection.ts';

const history = asColumns(
  historyOf([
    ...read('tab-1', { progress: 10 }),
    ...read('tab-2', { progress: 20 }, { key: 7 }),
    info('nemesis', 'fault'),
    show('tab-2', { progress: 20 }, { key: 7 }),
  ]),
);

test('selected events keep their indices', () => {
  const selected = select(history, { keys: ['7'] });
  expect(selected.length).toBe(6);
  expect([0, 1, 2, 3, 4, 5].map((at) => selected.isFault(at))).toEqual([true, true, false, false, true, false]);
  expect(selected.eventAt(3)).toBe(history.eventAt(3));
});

test('if the history has shows, reads do not count as shown, also in a selection without shows', () => {
  expect(select(history, { sessions: ['tab-1'] }).recordsShows).toBe(true);
});

test('if the history has watches, reads do not count as watching, also in a selection without watches', () => {
  const watched = asColumns(historyOf([watch('tab-2'), ...read('tab-1', { progress: 10 })]));
  expect(select(watched, { sessions: ['tab-1'] }).recordsWatches).toBe(true);
  expect(select(history, { sessions: ['tab-1'] }).recordsWatches).toBe(false);
});

test('the watches and receives of other sessions are left out', () => {
  const pushed = asColumns(historyOf([watch('tab-1'), receive('tab-1', { progress: 10 }), watch('tab-1', 'end')]));
  const selected = select(pushed, { sessions: ['tab-2'] });
  expect([0, 1, 2].map((at) => selected.isFault(at))).toEqual([true, true, true]);
  expect(select(pushed, { sessions: ['tab-1'] }).code).toEqual(pushed.code);
});

test('reads and shows of other sessions are left out, writes and commits are kept', () => {
  const mixed = asColumns(
    historyOf([
      ...read('tab-1', { progress: 10 }),
      show('tab-1', { progress: 10 }),
      ...write('tab-1', { progress: 20 }),
      commit({ progress: 20 }),
      info('nemesis', 'fault'),
      ...read('tab-2', { progress: 20 }),
    ]),
  );
  const selected = select(mixed, { sessions: ['tab-2'] });
  const isLeftOut = Array.from({ length: mixed.length }, (_, at) => selected.code[at] !== mixed.code[at]);
  expect(isLeftOut).toEqual([true, true, true, false, false, false, false, false, false]);
  expect([0, 2].map((at) => selected.isFault(at))).toEqual([true, true]);
});

test('an event that is not selected has no value that could explain another', () => {
  const { values } = select(history, { keys: ['story-1'] });
  expect([values.ids[1], values.ids[3], values.ids[5]]).toEqual([0, -1, -1]);
});

test('the history itself is not modified', () => {
  expect(history.isFault(0)).toBe(false);
});

test('names that do not occur are reported', () => {
  expect(unknownNames(history, { keys: ['7', 'story-1', 'story-9'], sessions: ['tab-2', 'nobody'] })).toEqual([
    'story-9',
    'nobody',
  ]);
  expect(unknownNames(history, {})).toEqual([]);
});
