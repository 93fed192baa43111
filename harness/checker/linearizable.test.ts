import { expect, test } from 'vitest';
import { fail, historyOf, info, invoke, ok, progress, read, write } from '../history/history.test-support.ts';
import { judge } from './compose.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a stale read is told with the value that it missed and its acknowledgement', () => {
  const history = historyOf([write('w', progress(10)), write('w', progress(20)), read('r', progress(10))]);
  expect(judgeOne(history, 'linearizable')).toMatchObject({
    valid: false,
    events: [[1, 2, 3, 5]],
    sentences: ['r read 10% of story-1 and missed 20%, which had been acknowledged to w'],
  });
});

test('an initial value may be stale as well', () => {
  const history = historyOf([write('w', 5), read('r', null)]);
  expect(judgeOne(history, 'linearizable').sentences).toEqual([
    'r read null of story-1 and missed 5, which had been acknowledged to w',
  ]);
  const given = historyOf([write('w', progress(50)), read('r', progress(30))], {
    history: 1,
    initial: { progress: 30 },
  });
  expect(judgeOne(given, 'linearizable').sentences).toEqual([
    'r read 30% of story-1 and missed 50%, which had been acknowledged to w',
  ]);
});

test('two values that alternate are one violation', () => {
  const history = historyOf([
    invoke('w1', 'write', 1),
    invoke('w2', 'write', 2),
    read('a', 1),
    read('b', 2),
    read('a', 1),
    info('w1', 'write'),
  ]);
  expect(judgeOne(history, 'linearizable')).toMatchObject({
    events: [[3, 5, 7]],
    sentences: ['a read 1 of story-1 and missed 2, which b had read'],
  });
  const twice = historyOf([write('w1', 1), write('w2', 2), read('a', 2), read('b', 1)]);
  expect(judgeOne(twice, 'linearizable')).toMatchObject({
    events: [[1, 2, 3, 7]],
    sentences: ['b read 1 of story-1 and missed 2, which had been acknowledged to w2'],
  });
});

test('two overlapping reads that disagree about two overlapping writes are told together', () => {
  const history = historyOf([
    [invoke('w1', 'write', 1), invoke('w2', 'write', 2), ok('w1', 'write'), ok('w2', 'write')],
    [invoke('a', 'read'), invoke('b', 'read'), ok('a', 'read', 1), ok('b', 'read', 2)],
  ]);
  expect(judgeOne(history, 'linearizable')).toMatchObject({
    events: [[2, 3, 6, 7]],
    sentences: ['a read 1 of story-1 after w2 wrote 2, and b read 2 after w1 wrote 1: no order explains both'],
  });
});

test('of several contradictions of a key the one that ends first is told', () => {
  const later = [write('w', 10), write('w', 20), read('r', 10)];
  const history = historyOf([write('w', 1), write('w', 2), read('a', 1), read('b', 3), read('c', 1), ...later]);
  expect(judgeOne(history, 'linearizable').events).toEqual([[1, 2, 3, 5]]);
  const unwritten = historyOf([write('w', 1), write('w', 2), read('b', 3), read('a', 1), ...later]);
  expect(judgeOne(unwritten, 'linearizable').events).toEqual([[5]]);
});

test('a stale read decides a key on which the search gives up', () => {
  const history = historyOf([write('w', 1), write('w', 1), write('w', 2), read('r', 1)]);
  const overdue = { isOverdue: () => true };
  expect(judgeOne(history, 'linearizable', overdue)).toMatchObject({ valid: false, events: [[3, 4, 5, 7]] });
});

test('the sentence says if a value was never written, only by a failed write, or later', () => {
  const unwritten = historyOf([read('r', 1)]);
  expect(judgeOne(unwritten, 'linearizable').sentences).toEqual([
    'r read 1 of story-1, which no operation had written',
  ]);
  const failed = historyOf([invoke('w', 'write', 1), fail('w', 'write'), read('r', 1)]);
  expect(judgeOne(failed, 'linearizable').events).toEqual([[3]]);
  const later = historyOf([read('r', 1), write('w', 1)]);
  expect(judgeOne(later, 'linearizable')).toMatchObject({
    events: [[1, 2]],
    sentences: ['r read 1 of story-1 before w began to write it'],
  });
});

test('each key has one violation, in the order of the history', () => {
  const history = historyOf([
    read('r', 2, { key: 'y' }),
    read('r', 1, { key: 'x' }),
    read('r', 3, { key: 'y' }),
    [invoke('c', 'cas', [7, 8], { key: 'z' }), ok('c', 'cas', undefined, { key: 'z' })],
  ]);
  expect(judgeOne(history, 'linearizable').events).toEqual([[1], [3], [7]]);
});

test('the sentence for a cas names the expected value', () => {
  const history = historyOf([
    [invoke('a', 'cas', [null, 1]), ok('a', 'cas')],
    [invoke('b', 'cas', [null, 2]), ok('b', 'cas')],
  ]);
  expect(judgeOne(history, 'linearizable').sentences).toEqual([
    'no order of these operations on story-1 explains the values read, for any initial value: a swapped null for 1, b swapped null for 2',
  ]);
});

test('a contradiction is reduced to the latest stretch that is one for every initial value', () => {
  const swap = [invoke('b', 'cas', [2, 3]), ok('b', 'cas')];
  const noise = Array.from({ length: 40 }, (_, at) => [write(`w${at}`, 1), write(`w${at}`, 100 + at)]).flat();
  const history = historyOf([write('z', 2), ...noise, write('a', 1), swap, ...noise]);
  expect(judgeOne(history, 'linearizable')).toMatchObject({
    events: [[163, 165]],
    sentences: [
      'no order of these operations on story-1 explains the values read, for any initial value: a wrote 1, b swapped 2 for 3',
    ],
  });
});

test('a write that was in flight before that stretch may still explain it', () => {
  const late = historyOf([
    invoke('l', 'write', 1),
    write('a', 1),
    write('b', 2),
    read('d', 1),
    read('e', 3),
    ok('l', 'write'),
  ]);
  expect(judgeOne(late, 'linearizable').events).toEqual([[0, 6, 8]]);
  const none = historyOf([invoke('l', 'write', 1), write('a', 1), write('b', 2), read('d', 1), ok('l', 'write')]);
  expect(judgeOne(none, 'linearizable').valid).toBe(true);
});

test('the initial value is part of the contradiction if it matters', () => {
  const history = historyOf([read('r', 1), [invoke('w', 'cas', [1, 1]), ok('w', 'cas')]]);
  expect(judgeOne(history, 'linearizable').sentences).toEqual([
    'no order of these operations on story-1 explains the values read: r read 1',
  ]);
});

test('the sentence lists the first six of many operations', () => {
  const lost = Array.from({ length: 7 }, (_, at) => [invoke(`w${at}`, 'write', 1), info(`w${at}`, 'write')]);
  const returns = Array.from({ length: 8 }, () => [write('x', 2), read('r', 1)]);
  expect(judgeOne(historyOf([...lost.flat(), ...returns.flat()]), 'linearizable').sentences).toEqual([
    'no order of these operations on story-1 explains the values read, for any initial value: ' +
      'w0 perhaps wrote 1, w1 perhaps wrote 1, w2 perhaps wrote 1, w3 perhaps wrote 1, w4 perhaps wrote 1, w5 perhaps wrote 1, and 17 more',
  ]);
});

test('operations are listed in the order in which they began, events in the order of the history', () => {
  const history = historyOf([
    Array.from({ length: 4 }, (_, at) => read(`n${at}`, null)).flat(),
    invoke('a', 'cas', [null, 1]),
    invoke('b', 'cas', [null, 2]),
    ok('b', 'cas'),
    ok('a', 'cas'),
  ]);
  expect(judgeOne(history, 'linearizable')).toMatchObject({
    events: [[10, 11]],
    sentences: [expect.stringContaining('a swapped null for 1, b swapped null for 2')],
  });
});

test('violations are ordered by their last event', () => {
  const history = historyOf([
    write('w', 1, { key: 'x' }),
    write('w', 2, { key: 'x' }),
    read('r', 7, { key: 'y' }),
    read('r', 1, { key: 'x' }),
  ]);
  expect(judgeOne(history, 'linearizable').events).toEqual([[5], [1, 2, 3, 7]]);
});

test('the clock is read about once in 256 steps', () => {
  let clockReads = 0;
  const options = { isOverdue: () => ++clockReads < 0 };
  const measured = judge(tangled, ['linearizable'], options).verdicts[0]?.measured;
  expect(clockReads).toBe(Math.ceil(Number(measured?.['steps']) / 256));
  expect(clockReads).toBeGreaterThan(3);
});

test('only ambiguous keys are searched', () => {
  const searched = (...drafts: Parameters<typeof historyOf>[0][number][]) =>
    judge(historyOf(drafts), ['linearizable']).verdicts[0]?.measured?.['searched'];
  expect(searched(write('w', 1), write('w', 1))).toBe(0);
  expect(searched(write('w', 1), write('w', null), read('r', null))).toBe(1);
  expect(searched(write('w', 1), [invoke('c', 'cas', [2, 3]), fail('c', 'cas')], read('r', 1))).toBe(0);
  expect(searched(write('w', 1), [invoke('c', 'cas', [2, 3]), info('c', 'cas')], read('r', 1))).toBe(1);
  expect(searched([invoke('s', 'start'), fail('s', 'start')], read('r', progress(0)))).toBe(0);
  expect(searched([invoke('s', 'start'), info('s', 'start')], read('r', progress(0)))).toBe(1);
});

test('a start of the first generation changes nothing and is not a second origin of its value', () => {
  const start = [invoke('t', 'start'), ok('t', 'start', progress(0))];
  const searched = (...drafts: Parameters<typeof historyOf>[0][number][]) =>
    judge(historyOf(drafts), ['linearizable']).verdicts[0];
  expect(searched(start, read('r', progress(0)), write('w', progress(10)), read('r', progress(10)))).toMatchObject({
    valid: true,
    measured: { searched: 0 },
  });
  expect(searched(read('r', progress(0)), start)).toMatchObject({ valid: true, measured: { searched: 0 } });
  expect(searched(start, write('w', progress(10)), read('r', progress(0)))).toMatchObject({
    valid: false,
    measured: { searched: 0 },
  });
  expect(searched(write('w', progress(10)), start, read('r', progress(0)))).toMatchObject({
    valid: true,
    measured: { searched: 1 },
  });
  expect(searched(start, start, read('r', progress(0)))).toMatchObject({ valid: true, measured: { searched: 1 } });
  const overlapped = [
    invoke('t', 'start'),
    invoke('w', 'write', progress(10)),
    ok('t', 'start', progress(0)),
    read('r', progress(0)),
  ].flat();
  expect(searched(overlapped)).toMatchObject({ valid: true, measured: { searched: 1 } });
  const failed = [invoke('f', 'write', progress(10)), fail('f', 'write')];
  expect(searched(failed, start, read('r', progress(0)))).toMatchObject({ valid: true, measured: { searched: 0 } });
});

test('the initial value may be written again', () => {
  expect(judgeOne(historyOf([read('r', null), write('w', null), read('r', null)]), 'linearizable').valid).toBe(true);
  expect(judgeOne(historyOf([write('w', 5), read('r', null), write('w', null)]), 'linearizable').valid).toBe(false);
});

test('violations found by zones and by the search are in the order of the history', () => {
  const swap = [invoke('c', 'cas', [7, 8], { key: 'z' }), ok('c', 'cas', undefined, { key: 'z' })];
  const noise = Array.from({ length: 6 }, (_, at) => read('n', null, { key: `n${at}` }));
  expect(judgeOne(historyOf([swap, ...noise, read('r', 1)]), 'linearizable').events).toEqual([[1], [15]]);
});

test('a lost start begins the generation that is read next, but only one', () => {
  const lost = [invoke('t', 'start'), info('t', 'start')];
  expect(judgeOne(historyOf([lost, read('u', progress([2, 0]))]), 'linearizable').valid).toBe(true);
  expect(judgeOne(historyOf([lost, read('u', progress([2, 5]))]), 'linearizable').valid).toBe(false);
  const both = historyOf([lost, read('u', progress([2, 0])), read('u', progress([3, 0]))]);
  expect(judgeOne(both, 'linearizable').sentences).toEqual([
    'no order of these operations on story-1 explains the values read: t perhaps started an unknown generation, u read generation 2, 0%, u read generation 3, 0%',
  ]);
});

test('a start that is acknowledged without a generation must have happened', () => {
  const started = [invoke('t', 'start'), ok('t', 'start')];
  const history = historyOf([write('w', progress(50)), started, read('u', progress(50))]);
  expect(judgeOne(history, 'linearizable').valid).toBe(false);
  expect(
    judgeOne(historyOf([write('w', progress(50)), started, read('u', progress([2, 0]))]), 'linearizable').valid,
  ).toBe(true);
});

/** Values repeat, and all operations at the front overlap, so that only an exhaustive search decides. */
const tangled = historyOf([
  ...Array.from({ length: 9 }, (_, at) => invoke(`w${at}`, 'write', at % 5)),
  ...Array.from({ length: 9 }, (_, at) => invoke(`c${at}`, 'cas', [at % 5, (at * 2) % 5])),
  ...Array.from({ length: 9 }, (_, at) => ok(`c${at}`, 'cas')),
  ...Array.from({ length: 9 }, (_, at) => ok(`w${at}`, 'write')),
  read('r', 77),
]);

test('a search that runs out of time is unknown, and the reason names the limit', () => {
  let clockReads = 0;
  const isOverdue = (): boolean => ++clockReads > 2;
  expect(judgeOne(tangled, 'linearizable', { isOverdue, timeoutMs: 1500 })).toMatchObject({
    valid: 'unknown',
    events: [],
    reason:
      'story-1: no order of its operations was found or ruled out within 1.5 s: ratchet check --timeout allows more',
  });
  expect(clockReads).toBe(3);
  expect(judgeOne(tangled, 'linearizable', { isOverdue })).toMatchObject({
    valid: 'unknown',
    reason: 'story-1: no order of its operations was found or ruled out within the time limit',
  });
});

test('zones need no steps, and the searched keys and steps are measured', () => {
  const unique = judge(historyOf([write('w', 1), read('r', 1)]), ['linearizable'], { isOverdue: () => true });
  expect(unique.verdicts[0]).toMatchObject({ valid: true, measured: { searched: 0, steps: 0 } });
  const repeated = judge(historyOf([write('w', 1), write('w', 1), read('r', 1)]), ['linearizable']);
  expect(repeated.verdicts[0]).toMatchObject({ valid: true, measured: { searched: 1 } });
});

test('a key that cannot be decided does not hide the violation of another', () => {
  const other = historyOf([read('r', 1, { key: 'x' }), write('w', 1), write('w', 1), read('r', 1)]);
  expect(judgeOne(other, 'linearizable', { isOverdue: () => true })).toMatchObject({ valid: false, events: [[1]] });
});
