import { expect, test } from 'vitest';
import { fail, historyOf, info, invoke, ok, progress, read } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

test('a read that began after a greater one had completed is a violation', () => {
  const history = historyOf([read('tab-1', progress(85)), read('tab-1', progress(10))]);
  expect(judgeOne(history, 'monotonic-reads')).toMatchObject({
    valid: false,
    events: [[1, 3]],
    sentences: ['the reads of tab-1 took story-1 from 85% back to 10%'],
  });
});

test('overlapping reads of a session are not compared', () => {
  const tab = { session: 'tab-1' };
  const history = historyOf([
    invoke('slow', 'read', undefined, tab),
    read('quick', progress(85), tab),
    ok('slow', 'read', progress(10), tab),
  ]);
  expect(judgeOne(history, 'monotonic-reads').valid).toBe(true);
});

test('the earlier event is the greatest read that had completed, not the latest', () => {
  const history = historyOf([
    read('tab-1', progress(85)),
    read('tab-1', progress(10)),
    read('tab-1', progress(20)),
    read('tab-1', progress(85)),
  ]);
  expect(judgeOne(history, 'monotonic-reads').events).toEqual([
    [1, 3],
    [1, 5],
  ]);
});

test('reads that failed, were lost or are in flight returned nothing', () => {
  const history = historyOf([
    read('tab-1', progress(85)),
    [invoke('tab-1', 'read'), fail('tab-1', 'read')],
    [invoke('tab-1', 'read'), info('tab-1', 'read')],
    [invoke('poll', 'read', undefined, { session: 'tab-1' })],
  ]);
  expect(judgeOne(history, 'monotonic-reads').valid).toBe(true);
});

test('the reads of other sessions and keys do not count', () => {
  const history = historyOf([
    read('tab-1', progress(85)),
    read('tab-2', progress(10)),
    read('tab-1', progress(10), { key: 'story-2' }),
  ]);
  expect(judgeOne(history, 'monotonic-reads').valid).toBe(true);
});

test('the session of a completion applies to the whole operation', () => {
  const tab = { session: 'tab-1' };
  const history = historyOf([
    [invoke('a', 'read'), ok('a', 'read', progress(85), tab)],
    [invoke('b', 'read'), ok('b', 'read', progress(10), tab)],
  ]);
  expect(judgeOne(history, 'monotonic-reads').valid).toBe(false);
});
