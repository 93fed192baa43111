import { expect, test } from 'vitest';
import { historyOf, info, invoke, ok, progress, write } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

const start = (process: string, generation: number, key = 'story-1') => [
  invoke(process, 'start', undefined, { key }),
  ok(process, 'start', progress([generation, 0]), { key }),
];

test('a write to a generation of another process is told with the generation of its own', () => {
  const history = historyOf([...start('w1', 1), ...start('w2', 2), ...write('w1', progress([2, 10]))]);
  expect(judgeOne(history, 'ownership').sentences).toEqual([
    'w1 wrote generation 2, 10% to story-1, but its own generation is 1',
  ]);
  const back = historyOf([...start('w1', 2), ...write('w1', progress(10))]);
  expect(judgeOne(back, 'ownership').sentences).toEqual([
    'w1 wrote generation 1, 10% to story-1, but its own generation is 2',
  ]);
});

test('a generation that is begun twice is told with both sessions', () => {
  const history = historyOf([...start('w1', 3), ...start('w2', 3)]);
  expect(judgeOne(history, 'ownership').sentences).toEqual([
    'w2 began generation 3 of story-1, which w1 had begun before',
  ]);
});

test('each key has its own generations', () => {
  const history = historyOf([...start('w1', 2), ...start('w1', 1, 'story-2'), ...write('w1', progress([2, 10]))]);
  expect(judgeOne(history, 'ownership').valid).toBe(true);
});

test('a lost write to another generation leaves the verdict open', () => {
  const history = historyOf([...start('w1', 1), invoke('w1', 'write', progress([2, 10])), info('w1', 'write')]);
  expect(judgeOne(history, 'ownership')).toMatchObject({
    valid: 'unknown',
    reason: 'w1 wrote generation 2, 10% to story-1, but its own generation is 1, if it was written at all',
  });
});

test('after a start of an unknown generation the process may write any', () => {
  const unknown = [invoke('w1', 'start'), ok('w1', 'start')];
  const history = historyOf([...start('w1', 1), ...unknown, ...write('w1', progress([2, 10]))]);
  expect(judgeOne(history, 'ownership').valid).toBe(true);
});
