import { expect, test } from 'vitest';
import { historyOf, invoke, ok, progress, read, show } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a view that goes back is a violation that names both events and says so in a sentence', () => {
  const history = historyOf([show('tab-1', progress(85)), show('tab-1', progress(10)), show('tab-1', progress(85))]);
  expect(judgeOne(history, 'monotonic-view')).toMatchObject({
    valid: false,
    events: [[0, 1]],
    sentences: ['tab-1 saw story-1 go from 85% back to 10%'],
  });
});

test('a new generation may start low', () => {
  const history = historyOf([show('tab-1', progress(100)), show('tab-1', progress([2, 0]))]);
  expect(judgeOne(history, 'monotonic-view').valid).toBe(true);
});

test('an old generation may not come back, whatever its progress', () => {
  const history = historyOf([show('tab-1', progress([2, 10])), show('tab-1', progress([1, 90]))]);
  expect(judgeOne(history, 'monotonic-view').sentences).toEqual([
    'tab-1 saw story-1 go from generation 2, 10% back to generation 1, 90%',
  ]);
});

test('each session and key has its own view', () => {
  const history = historyOf([
    show('tab-1', progress(85)),
    show('tab-2', progress(10)),
    show('tab-1', progress(5), { key: 'story-2' }),
  ]);
  expect(judgeOne(history, 'monotonic-view').valid).toBe(true);
});

test('processes that share a session share its view', () => {
  const history = historyOf([show('a', progress(85), { session: 's' }), show('b', progress(10), { session: 's' })]);
  expect(judgeOne(history, 'monotonic-view').valid).toBe(false);
});

test('with show events the reads do not count: a front end may hold back what it read', () => {
  const history = historyOf([
    ...read('tab-1', progress(85)),
    show('tab-1', progress(85)),
    ...read('tab-1', progress(10)),
  ]);
  expect(judgeOne(history, 'monotonic-view').valid).toBe(true);
});

test('without show events the completed reads count, in order of completion, overlapping ones too', () => {
  const history = historyOf([
    invoke('slow', 'read', undefined, { session: 'tab-1' }),
    ...read('quick', progress(85), { session: 'tab-1' }),
    ok('slow', 'read', progress(10)),
  ]);
  expect(judgeOne(history, 'monotonic-view')).toMatchObject({ valid: false, events: [[2, 3]] });
});

test('strings of a register have no order, so the verdict is unknown', () => {
  const history = historyOf([show('tab-1', 'a'), show('tab-1', 'b'), show('tab-1', 'c')]);
  expect(judgeOne(history, 'monotonic-view')).toMatchObject({
    valid: 'unknown',
    reason: 'story-1 holds values that have no order: "a" and "b"',
  });
});

test('numbers of a register have an order, and null is smaller', () => {
  const ascending = historyOf([show('tab-1', null), show('tab-1', 3), show('tab-1', 5)]);
  const descending = historyOf([show('tab-1', 5), show('tab-1', 3), show('tab-1', null)]);
  expect(judgeOne(ascending, 'monotonic-view').valid).toBe(true);
  expect(judgeOne(descending, 'monotonic-view').events).toEqual([
    [0, 1],
    [1, 2],
  ]);
});
