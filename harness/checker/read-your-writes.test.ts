import { expect, test } from 'vitest';
import { fail, historyOf, info, invoke, ok, progress, read, write } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a read that began after a write of its session and returns less is a violation', () => {
  const history = historyOf([write('worker-1', progress(85)), read('worker-1', progress(10))]);
  expect(judgeOne(history, 'read-your-writes')).toMatchObject({
    valid: false,
    events: [[1, 3]],
    sentences: ['worker-1 wrote 85% to story-1 and then read 10%'],
  });
});

test('writes of other sessions, and failed or lost ones, do not count', () => {
  const history = historyOf([
    write('worker-2', progress(85)),
    [invoke('a', 'write', progress(85), { session: 's' }), fail('a', 'write')],
    [invoke('b', 'write', progress(85), { session: 's' }), info('b', 'write')],
    read('c', progress(10), { session: 's' }),
  ]);
  expect(judgeOne(history, 'read-your-writes').valid).toBe(true);
});

test('a read that began before the write completed may return less', () => {
  const history = historyOf([
    invoke('poll', 'read', undefined, { session: 's' }),
    write('worker', progress(85), { session: 's' }),
    ok('poll', 'read', progress(10), { session: 's' }),
  ]);
  expect(judgeOne(history, 'read-your-writes').valid).toBe(true);
});

test('a session that started a new generation may not read the old one', () => {
  const started = [invoke('tab-1', 'start'), ok('tab-1', 'start', progress([2, 0]))];
  expect(judgeOne(historyOf([started, read('tab-1', progress(100))]), 'read-your-writes')).toMatchObject({
    valid: false,
    sentences: ['tab-1 wrote generation 2, 0% to story-1 and then read generation 1, 100%'],
  });
});

test('a start of an unknown generation does not count', () => {
  const started = [invoke('tab-1', 'start'), ok('tab-1', 'start')];
  expect(judgeOne(historyOf([started, read('tab-1', progress(0))]), 'read-your-writes').valid).toBe(true);
});

test('a cas writes its second value', () => {
  const swapped = [invoke('p', 'cas', [1, 3]), ok('p', 'cas')];
  expect(judgeOne(historyOf([swapped, read('p', 3)]), 'read-your-writes').valid).toBe(true);
  expect(judgeOne(historyOf([swapped, read('p', 2)]), 'read-your-writes').valid).toBe(false);
});
