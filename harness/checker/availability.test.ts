import { expect, test } from 'vitest';
import { fail, historyOf, info, invoke, ok, read, watch } from '../history/history.test-support.ts';
import { judge } from './compose.ts';
import { judgeOne } from './judge-one.test-support.ts';

const history = historyOf([
  invoke('hung', 'read', undefined, { time: 0 }),
  invoke('a', 'read', undefined, { time: 0 }),
  ok('a', 'read', 1, { time: 2e6 }),
  invoke('a', 'read', undefined, { time: 2e6 }),
  ok('a', 'read', 1, { time: 5e6 }),
  invoke('a', 'read', undefined, { time: 5e6 }),
  fail('a', 'read', { time: 6e6 }),
  invoke('b', 'read', undefined, { time: 6e6 }),
  info('b', 'read', { time: 7e6 }),
]);

test('reads that failed, were lost or are in flight are not answered', () => {
  expect(judge(history, ['availability'])).toMatchObject({
    valid: true,
    verdicts: [{ measured: { reads: 5, answered: 2, share: 0.4, latencyMs: { p50: 2, p90: 3, p99: 3, max: 3 } } }],
  });
});

test('a share equal to the bound satisfies it', () => {
  expect(judgeOne(history, 'availability', { minAvailability: 0.4 }).valid).toBe(true);
  expect(judgeOne(history, 'availability', { minAvailability: 0.999 })).toMatchObject({
    valid: false,
    events: [[0, 6, 8]],
    sentences: ['only 2 of 5 reads were answered (40%), less than 99.9%'],
  });
});

test('the evidence is the first ten reads that were not answered', () => {
  const hung = historyOf(Array.from({ length: 12 }, (_, at) => invoke(`p${at}`, 'read')));
  expect(judgeOne(hung, 'availability', { minAvailability: 1 }).events).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

test('a history without reads is not judged, and has no share', () => {
  expect(judge(historyOf([]), ['availability'], { minAvailability: 1 })).toMatchObject({
    valid: 'unknown',
    verdicts: [{ isNotJudged: true, measured: { reads: 0, share: undefined } }],
  });
});

test('shares are printed with up to six digits', () => {
  const most = historyOf([...Array.from({ length: 2 }, () => read('a', 1)), invoke('b', 'read')]);
  expect(judgeOne(most, 'availability', { minAvailability: 1 }).sentences).toEqual([
    'only 2 of 3 reads were answered (66.6667%), less than 100%',
  ]);
});

test('events are listed in the order of the history, also past the tenth', () => {
  const answered = Array.from({ length: 5 }, () => read('a', 1));
  const mixed = historyOf([
    invoke('h', 'read'),
    invoke('b', 'read'),
    ...answered,
    info('b', 'read'),
    invoke('c', 'read'),
    fail('c', 'read'),
  ]);
  expect(judgeOne(mixed, 'availability', { minAvailability: 1 }).events).toEqual([[0, 12, 14]]);
});

test('without a bound there is no violation, however few reads were answered', () => {
  expect(judgeOne(historyOf([invoke('a', 'read')]), 'availability').valid).toBe(true);
});

test('a read in flight may have begun before the failed one, or after it', () => {
  const reads = Array.from({ length: 5 }, () => read('a', 1));
  const crossed = historyOf([
    invoke('f', 'read'),
    invoke('h', 'read', undefined, { key: 'other' }),
    ...reads,
    fail('f', 'read'),
  ]);
  const [verdict] = judge(crossed, ['availability'], { minAvailability: 1 }).verdicts;
  expect(verdict?.violations).toMatchObject([{ key: 'other', events: [1, 12] }]);
});

test('a latency at p99 that is equal to the bound satisfies it', () => {
  expect(judgeOne(history, 'availability', { maxLatencyMs: 3 }).valid).toBe(true);
  expect(judgeOne(history, 'availability', { maxLatencyMs: 2.5 })).toMatchObject({
    valid: false,
    events: [[4]],
    sentences: ['answered reads took 3 ms at p99, more than 2.5 ms'],
  });
});

test('one slow read of a hundred is beyond p99', () => {
  const one = { time: 1e9 };
  const slow = [invoke('s', 'read', undefined, { time: 0 }), ok('s', 'read', 1, one)];
  const fast = (count: number) => Array.from({ length: count }, () => read('a', 1, one));
  expect(judgeOne(historyOf([slow, ...fast(98)]), 'availability', { maxLatencyMs: 5 }).valid).toBe(false);
  expect(judgeOne(historyOf([slow, ...fast(99)]), 'availability', { maxLatencyMs: 5 }).valid).toBe(true);
});

test('the final look is the last read of a session and a key', () => {
  const other = read('a', 1, { key: 'other' });
  const lost = [invoke('a', 'read'), fail('a', 'read')];
  const required = { finalLookAnswered: true };
  expect(judgeOne(historyOf([lost, read('a', 1), other]), 'availability', required).valid).toBe(true);
  expect(judgeOne(historyOf([lost, other]), 'availability')).toMatchObject({ valid: true });
  expect(judgeOne(historyOf([read('a', 1), lost, other]), 'availability', required)).toMatchObject({
    valid: false,
    events: [[3]],
    sentences: ['the final look of a at story-1 was not answered'],
  });
  expect(judgeOne(historyOf([invoke('a', 'read')]), 'availability', required).events).toEqual([[0]]);
});

test('a session that no longer watches has no final look', () => {
  const lost = [invoke('a', 'read'), fail('a', 'read')];
  const required = { finalLookAnswered: true };
  expect(judgeOne(historyOf([watch('a'), lost, watch('a', 'end')]), 'availability', required).valid).toBe(true);
  expect(judgeOne(historyOf([watch('a'), lost]), 'availability', required).valid).toBe(false);
});
