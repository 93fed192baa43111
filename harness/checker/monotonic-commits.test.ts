import { expect, test } from 'vitest';
import { commit, historyOf, progress, read } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a commit that is smaller than the previous one is a violation without a session', () => {
  const history = historyOf([commit(progress(85)), commit(progress(10)), commit(progress(20))]);
  expect(judgeOne(history, 'monotonic-commits')).toMatchObject({
    valid: false,
    events: [[0, 1]],
    sentences: ['the database took story-1 from 85% back to 10%'],
  });
});

test('a late write of an old generation is a violation, a new generation is not', () => {
  const restarted = [commit(progress(85)), commit(progress([2, 0]))];
  expect(judgeOne(historyOf(restarted), 'monotonic-commits').valid).toBe(true);
  expect(judgeOne(historyOf([...restarted, commit(progress(100))]), 'monotonic-commits').valid).toBe(false);
});

test('keys are independent', () => {
  const history = historyOf([commit(progress(85)), commit(progress(10), { key: 'story-2' })]);
  expect(judgeOne(history, 'monotonic-commits').valid).toBe(true);
});

test('without commit events the verdict is unknown', () => {
  const history = historyOf([read('tab-1', progress(85)), read('tab-1', progress(10))]);
  expect(judgeOne(history, 'monotonic-commits')).toMatchObject({
    valid: 'unknown',
    reason: 'the history has no commit events',
  });
});
