import { expect, test } from 'vitest';
import { COMMIT, FAIL, INFO, INVOKE, NONE, OK, READ_INVOKE, READ_OK } from './codes.ts';
import { asColumns } from './columns-builder.ts';
import { HistoryColumns } from './columns.ts';
import type { Value } from './event.ts';
import {
  commit,
  fail,
  historyOf,
  info,
  invoke,
  ok,
  progress,
  read,
  show,
  watch,
  write,
} from './history.test-support.ts';

const columnsOf = (...drafts: Parameters<typeof historyOf>[0]) => asColumns(historyOf(drafts));
const shown = (...values: Value[]): HistoryColumns => columnsOf(values.map((value) => show('tab-1', value)));
const fault = { ...info('nemesis', 'fault'), key: undefined as never };

test('the events are those that were recorded, with their extra fields', () => {
  const history = historyOf([read('p', progress(10), { served_by: 'replica-1' }), show('tab-1', progress(10))]);
  expect(asColumns(history).events).toEqual(history.events);
});

test('the values are numbered once', () => {
  const columns = shown(progress(10), progress(20), progress(10));
  expect(columns.values).toBe(columns.values);
  expect(columns.values.ids.get(0)).toBe(columns.values.ids.get(2));
  expect(columns.values.ids.get(0)).not.toBe(columns.values.ids.get(1));
});

test('events are counted by their codes', () => {
  const columns = columnsOf(read('p', progress(10)), read('p', progress(20)), commit(progress(30)));
  expect([READ_INVOKE, READ_OK, COMMIT * 4 + OK].map((code) => columns.countOf(code))).toEqual([2, 2, 1]);
  expect(columns.countOf(READ_OK)).toBe(2);
  expect(columns.countOf(COMMIT * 4 + INFO)).toBe(0);
  expect(columns.countOf(1 << 8)).toBe(0);
});

test('an event has the names of its key and session; a fault may have no key', () => {
  const columns = columnsOf(show('tab-1', progress(10), { key: 'story-7' }), fault);
  expect([columns.keyName(0), columns.sessionName(0)]).toEqual(['story-7', 'tab-1']);
  expect([columns.keyName(1), columns.sessionName(1)]).toEqual(['', 'nemesis']);
  expect([columns.isFault(0), columns.isFault(1)]).toEqual([false, true]);
});

test('a value is read back without its status, which is read by itself', () => {
  const columns = shown(progress([2, 50], 'generating'), progress(10));
  expect([columns.valueAt(0), columns.statusAt(0)]).toEqual([{ generation: 2, progress: 50 }, 'generating']);
  expect(columns.statusAt(1)).toBeUndefined();
});

test('scalars are read back', () => {
  const scalars = ['a', '', true, false, 7, null];
  const columns = shown(...scalars);
  expect(scalars.map((_, at) => columns.valueAt(at))).toEqual(scalars);
});

test('values have the order of generation and progress, with heights and without', () => {
  const values = [progress(10), progress(20), progress([2, 0]), progress([2, 0], 'generating')];
  const hasHeights = shown(...values);
  expect(hasHeights.height).toHaveLength(4);
  const hasNone = shown(...values, progress(33.3));
  expect(hasNone.height).toHaveLength(0);
  for (const columns of [hasHeights, hasNone]) {
    const order = (a: number, b: number): number => Math.sign(columns.compare(a, b));
    expect([order(0, 1), order(1, 0), order(1, 2), order(2, 1), order(2, 3)]).toEqual([-1, 1, -1, 1, 0]);
  }
});

test('values of different kinds have no order, texts only equality', () => {
  const columns = shown('a', 'b', 'a', 7, 9, true, false, true, progress(7));
  expect([columns.compare(0, 2), columns.compare(5, 7)]).toEqual([0, 0]);
  for (const [a, b] of [
    [0, 1],
    [0, 3],
    [5, 6],
    [5, 3],
    [3, 8],
  ])
    expect(columns.compare(a!, b!)).toBeNaN();
  expect(Math.sign(columns.compare(3, 4))).toBe(-1);
});

test('an end is taken back by another status in the same generation only', () => {
  const columns = shown(
    progress(100, 'completed'),
    progress(100, 'generating'),
    progress(100, 'failed'),
    progress([2, 0], 'generating'),
    progress(100),
    progress(100, 'completed'),
  );
  const isReopened = (earlier: number, later: number): boolean => columns.isReopened(earlier, later);
  expect([isReopened(0, 1), isReopened(0, 2), isReopened(2, 1)]).toEqual([true, true, true]);
  expect([isReopened(0, 3), isReopened(0, 4), isReopened(0, 5), isReopened(1, 2)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect([0, 1, 2, 3, 4].map((at) => columns.isEnd(at))).toEqual([true, false, true, false, false]);
});

test('a value is terminal if its status ends the generation, or at 100%', () => {
  const columns = shown(progress(40, 'failed'), progress(100), progress(99, 'generating'), 100, 'completed');
  expect([0, 1, 2, 3, 4].map((at) => columns.isTerminal(at))).toEqual([true, true, false, false, false]);
});

test('an operation ended as its completion says, and wrote what that says, or its invoke', () => {
  const columns = columnsOf(
    write('a', progress(10)),
    [invoke('b', 'write', progress(20)), fail('b', 'write')],
    [invoke('c', 'write', progress(30)), info('c', 'write')],
    invoke('d', 'write', progress(40)),
    [invoke('e', 'start'), ok('e', 'start', progress([2, 0]))],
    invoke('f', 'start'),
    [invoke('g', 'start'), info('g', 'start')],
  );
  const invokes = [0, 2, 4, 6, 7, 9, 10];
  expect(invokes.map((at) => columns.outcomeOf(at))).toEqual([OK, FAIL, INFO, INVOKE, OK, INVOKE, INFO]);
  expect(invokes.map((at) => columns.writtenAt(at))).toEqual([1, 3, 5, 6, 8, NONE, NONE]);
});

test('a history records shows, watches and ends if it has one, or if it is said to', () => {
  const records = ({ recordsShows, recordsWatches, recordsEnds }: HistoryColumns): boolean[] => [
    recordsShows,
    recordsWatches,
    recordsEnds,
  ];
  const plain = columnsOf(read('p', progress(10)));
  expect(records(plain)).toEqual([false, false, false]);
  expect(records(shown(progress(10)))).toEqual([true, false, false]);
  expect(records(columnsOf(watch('tab-1', 'begin')))).toEqual([false, true, false]);
  expect(records(columnsOf(watch('tab-1', 'end')))).toEqual([false, true, false]);
  expect(records(columnsOf(read('p', progress(40, 'failed'))))).toEqual([false, false, true]);
  const said = new HistoryColumns({ ...plain, columns: plain, recordsShows: true, recordsWatches: true });
  expect(records(said)).toEqual([true, true, false]);
  const selected = shown(progress(10));
  expect(records(new HistoryColumns({ ...selected, columns: selected, recordsShows: false }))).toEqual([
    false,
    false,
    false,
  ]);
});
