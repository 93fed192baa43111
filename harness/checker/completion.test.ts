import { expect, test } from 'vitest';
import { commit, historyOf, progress, write } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('an end that did not stay is told with the last commit of its key', () => {
  const history = historyOf([...write('worker-1', progress(100, 'completed')), commit(progress(40, 'generating'))]);
  expect(judgeOne(history, 'completion')).toMatchObject({
    valid: false,
    events: [[1, 2]],
    sentences: ['worker-1 was told that story-1 ended at 100%, but its last commit is 40%'],
  });
});

test('an end that only changed its status is told with both statuses', () => {
  const history = historyOf([...write('worker-1', progress(85, 'failed')), commit(progress(85, 'generating'))]);
  expect(judgeOne(history, 'completion').sentences).toEqual([
    'worker-1 was told that story-1 ended at 85% (failed), but its last commit is 85% (generating)',
  ]);
});

test('100% is an end too', () => {
  const ended = (last: number) => historyOf([...write('worker-1', progress(100)), commit(progress(last))]);
  expect(judgeOne(ended(100), 'completion').valid).toBe(true);
  expect(judgeOne(ended(85), 'completion').valid).toBe(false);
});

test('a completion that repeats its value without the status has that of its invoke', () => {
  const [invoked, done] = write('worker-1', progress(85, 'failed'));
  const history = historyOf([invoked!, { ...done!, value: progress(85) }, commit(progress(85, 'completed'))]);
  expect(judgeOne(history, 'completion').valid).toBe(false);
});

test('a key is judged by its own commits', () => {
  const elsewhere = { key: 'story-2' };
  const history = historyOf([...write('worker-1', progress(100)), commit(progress(40), elsewhere)]);
  expect(judgeOne(history, 'completion')).toMatchObject({
    valid: 'unknown',
    reason: 'the history has no completed write of an end',
  });
});
