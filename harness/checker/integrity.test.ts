import { expect, test } from 'vitest';
import {
  commit,
  fail,
  historyOf,
  info,
  invoke,
  ok,
  progress,
  read,
  receive,
  show,
  write,
} from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a value that no operation wrote is a violation, read or shown', () => {
  const history = historyOf([write('w', progress(10)), read('tab-1', progress(40)), show('tab-1', progress(50))]);
  expect(judgeOne(history, 'integrity')).toMatchObject({
    valid: false,
    events: [[3], [4]],
    sentences: [
      'tab-1 read 40% of story-1, which no operation had written',
      'tab-1 was shown 50% of story-1, which no operation had written',
    ],
  });
});

test('an earlier commit explains a value: the history may lack the operation that wrote it', () => {
  const early = historyOf([commit(progress(30)), read('tab-1', progress(30))]);
  expect(judgeOne(early, 'integrity')).toMatchObject({ valid: true });
  const late = historyOf([read('tab-1', progress(30)), commit(progress(30))]);
  expect(judgeOne(late, 'integrity')).toMatchObject({ valid: false });
});

test('a value that was pushed must have been written, shown or not', () => {
  const history = historyOf([receive('tab-1', progress(0)), write('w', progress(10)), receive('tab-1', progress(40))]);
  expect(judgeOne(history, 'integrity')).toMatchObject({
    valid: false,
    events: [[3]],
    sentences: ['tab-1 received 40% of story-1, which no operation had written'],
  });
});

test('a key begins at 0% of generation 1, or at the initial value of the header', () => {
  const initial = historyOf([read('tab-1', progress(0)), show('tab-1', { progress: 0 })]);
  expect(judgeOne(initial, 'integrity').valid).toBe(true);
  const moved = { history: 1 as const, initial: progress(30) };
  expect(judgeOne(historyOf([read('tab-1', progress(30))], moved), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([read('tab-1', progress(0))], moved), 'integrity').valid).toBe(false);
});

test('a register begins at null, a progress does not', () => {
  expect(judgeOne(historyOf([read('p', null), write('p', 1)]), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([read('p', null), write('p', progress(10))]), 'integrity').valid).toBe(false);
});

test('a write explains its value from its invocation on, also if its outcome is unknown', () => {
  const lost = historyOf([invoke('w', 'write', progress(10)), info('w', 'write'), read('tab-1', progress(10))]);
  const running = historyOf([invoke('w', 'write', progress(10)), read('tab-1', progress(10))]);
  const during = historyOf([invoke('tab-1', 'read'), write('w', progress(10)), ok('tab-1', 'read', progress(10))]);
  for (const history of [lost, running, during]) expect(judgeOne(history, 'integrity').valid).toBe(true);
});

test('a write that is invoked only after the read cannot explain it', () => {
  const history = historyOf([read('tab-1', progress(10)), write('w', progress(10))]);
  expect(judgeOne(history, 'integrity')).toMatchObject({ valid: false, events: [[1]] });
});

test('a failed write explains nothing, also if it fails after the read', () => {
  const history = historyOf([invoke('w', 'write', progress(10)), read('tab-1', progress(10)), fail('w', 'write')]);
  expect(judgeOne(history, 'integrity')).toMatchObject({
    valid: false,
    events: [[0, 2]],
    sentences: ['tab-1 read 10% of story-1, which only a failed write had tried to write'],
  });
});

test('a value that was committed has one of the statuses with which it was committed, whenever that was', () => {
  const ended = (status?: string) => commit(progress(100, status));
  const shownAs = (status?: string) => show('tab-1', progress(100, status));
  const both = [
    ended('generating'),
    shownAs('completed'),
    ended('completed'),
    ended(),
    shownAs(),
    shownAs('generating'),
  ];
  expect(judgeOne(historyOf(both), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([ended(), shownAs('completed')]), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([...both, shownAs('failed')]), 'integrity')).toMatchObject({
    valid: false,
    events: [[0, 6]],
    sentences: [
      'tab-1 was shown 100% of story-1, with the status failed, but it was only committed with generating or completed',
    ],
  });
});

test('the initial value may have a status that was never committed: the history lacks the commit of the new row', () => {
  const history = historyOf([show('tab-1', progress(0, 'pending')), commit(progress(0, 'generating'))]);
  expect(judgeOne(history, 'integrity').valid).toBe(true);
});

test('the status of a write is ignored, the generation is not', () => {
  const written = write('w', progress([2, 10], 'generating'));
  expect(judgeOne(historyOf([written, read('t', progress([2, 10], 'completed'))]), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([written, read('t', progress([1, 10]))]), 'integrity').valid).toBe(false);
});

test('a start that learns its generation at its completion explains it from its invocation on', () => {
  const history = historyOf([
    invoke('tab-1', 'start'),
    read('tab-2', progress([2, 0])),
    ok('tab-1', 'start', progress([2, 0])),
    read('tab-2', progress([3, 0])),
  ]);
  expect(judgeOne(history, 'integrity').events).toEqual([[5]]);
});

test('a retried start also explains the beginnings of earlier generations', () => {
  const retried = [invoke('w', 'start'), read('tab-1', progress([2, 0])), ok('w', 'start', progress([3, 0]))];
  expect(judgeOne(historyOf(retried), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([...retried, read('tab-1', progress([4, 0]))]), 'integrity').valid).toBe(false);
  expect(judgeOne(historyOf([...retried, read('tab-1', progress([2, 1]))]), 'integrity').valid).toBe(false);
});

test('a start of an unknown generation explains the beginning of any generation, and nothing else', () => {
  const started = [invoke('tab-1', 'start'), info('tab-1', 'start')];
  expect(judgeOne(historyOf([started, read('tab-2', progress([7, 0]))]), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([started, read('tab-2', progress([7, 1]))]), 'integrity').valid).toBe(false);
  expect(judgeOne(historyOf([read('tab-2', progress([7, 0])), started]), 'integrity').valid).toBe(false);
  const failed = [invoke('tab-1', 'start'), fail('tab-1', 'start')];
  expect(judgeOne(historyOf([failed, read('tab-2', progress([7, 0]))]), 'integrity').valid).toBe(false);
});

test('a start explains the value of its invoke and that of its completion', () => {
  const history = historyOf([
    [invoke('w', 'start', progress(85)), ok('w', 'start', progress(90))],
    [...read('tab-1', progress(85)), ...read('tab-1', progress(90))],
  ]);
  expect(judgeOne(history, 'integrity').valid).toBe(true);
});

test('scalars of a register must be equal, including their type', () => {
  const swapped = [write('w', 'a'), [invoke('p', 'cas', ['a', 'b']), ok('p', 'cas')]];
  expect(judgeOne(historyOf([...swapped, read('p', 'b')]), 'integrity').valid).toBe(true);
  expect(judgeOne(historyOf([write('w', 1), read('p', '1')]), 'integrity').valid).toBe(false);
});

test('writes of another key explain nothing', () => {
  const history = historyOf([write('w', progress(10), { key: 'story-2' }), read('tab-1', progress(10))]);
  expect(judgeOne(history, 'integrity').valid).toBe(false);
});
