import { expect, test } from 'vitest';
import { fail, historyOf, info, invoke, ok, progress, read, write } from '../history/history.test-support.ts';
import { judge } from './compose.ts';
import { judgeOne } from './judge-one.test-support.ts';
import type { History } from '../history/event.ts';

const at = (ms: number) => ({ time: ms * 1e6 });
const measured = (history: History) => judge(history, ['staleness']).verdicts[0]?.measured;

/** 10, 20 and 30 are complete at 1, 11 and 21 ms. */
const climbing = [10, 20, 30].flatMap((value, place) => [
  invoke('w', 'write', progress(value), at(place * 10)),
  ok('w', 'write', progress(value), at(place * 10 + 1)),
]);
const later = (value: number, ms: number) => [
  invoke('r', 'read', undefined, at(ms)),
  ok('r', 'read', progress(value), at(ms + 5)),
];

test('without a bound staleness is measured and not judged', () => {
  const history = historyOf([climbing, later(10, 100), later(30, 200)].flat());
  expect(judge(history, ['staleness'])).toMatchObject({ valid: true, verdicts: [{ violations: [] }] });
  expect(measured(history)).toEqual({
    reads: 2,
    behind: 1,
    ms: { p50: 0, p90: 89, p99: 89, max: 89 },
    versions: { p50: 0, p90: 2, p99: 2, max: 2 },
    visibility: [
      { fromMs: 50, toMs: 100, reads: 1, probability: 0 },
      { fromMs: 100, toMs: 200, reads: 1, probability: 1 },
    ],
  });
});

test('of values that were pushed it is measured when they arrive, and not judged', () => {
  const pushed = (value: number, ms: number) => ({
    ...ok('r', 'receive', progress(value), at(ms)),
    process: 'r/stream',
  });
  const history = historyOf([climbing, pushed(10, 100), pushed(30, 101), later(30, 200)].flat());
  expect(measured(history)).toMatchObject({
    reads: 1,
    behind: 0,
    pushed: { count: 2, behind: 1, ms: { p50: 0, max: 89 }, versions: { max: 2 } },
  });
  expect(judgeOne(history, 'staleness', { maxStalenessMs: 0 }).valid).toBe(true);
});

test('time runs from the first missed write to the beginning of the read', () => {
  const history = historyOf([climbing, later(10, 100)].flat());
  expect(judgeOne(history, 'staleness', { maxStalenessMs: 89 }).valid).toBe(true);
  expect(judgeOne(history, 'staleness', { maxStalenessMs: 88 })).toMatchObject({
    valid: false,
    events: [[3, 5, 7]],
    sentences: ['r read 10% of story-1 when 30% had been written: 89 ms and 2 versions behind, not within 88 ms'],
  });
});

test('versions are counted, a repeated progress once', () => {
  const history = historyOf(
    [climbing, write('v', progress(20), at(30)), write('v', progress(30), at(31)), later(20, 100)].flat(),
  );
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 1 }).valid).toBe(true);
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).sentences).toEqual([
    'r read 20% of story-1 when 30% had been written: 79 ms and 1 version behind, not within 0 versions',
  ]);
  const two = historyOf([climbing, later(10, 100)].flat());
  expect(judgeOne(two, 'staleness', { maxStalenessVersions: 1 }).sentences[0]).toMatch(
    / 2 versions behind, not within 1 version$/,
  );
});

test('a start is a write, and a new generation is newer than all of the old one', () => {
  const started = [invoke('t', 'start', undefined, at(40)), ok('t', 'start', progress([2, 0]), at(41))];
  const history = historyOf([climbing, started, later(30, 100)].flat());
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).sentences).toEqual([
    'r read generation 1, 30% of story-1 when generation 2, 0% had been written: 59 ms and 1 version behind, not within 0 versions',
  ]);
  const unknown = [invoke('t', 'start', undefined, at(40)), ok('t', 'start', undefined, at(41))];
  expect(
    judgeOne(historyOf([climbing, unknown, later(30, 100)].flat()), 'staleness', { maxStalenessVersions: 0 }).valid,
  ).toBe(true);
});

test('writes that failed or were lost are not missed', () => {
  const history = historyOf([
    [invoke('a', 'write', 1), fail('a', 'write')],
    [invoke('b', 'write', 2), info('b', 'write')],
    read('r', null),
  ]);
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(true);
  expect(measured(history)).toMatchObject({ reads: 1, behind: 0, visibility: [] });
});

test('a read of a register value that no operation wrote has no place among the writes', () => {
  expect(measured(historyOf([write('w', 1), read('r', 9)]))).toMatchObject({ reads: 0 });
  expect(measured(historyOf([write('w', 1), read('r', null)]))).toMatchObject({ reads: 1, behind: 1 });
});

test('a value of a register that is written again is new again', () => {
  const history = historyOf([write('w', 1), write('w', 2), write('w', 1), read('r', 1), read('r', 2)]);
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).events).toEqual([[5, 9]]);
  const during = historyOf(
    [write('w', 1), write('w', 2), invoke('r', 'read'), write('w', 1), ok('r', 'read', 1)].flat(),
  );
  expect(judgeOne(during, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(true);
});

test('a history without reads is not judged', () => {
  const bounds = { maxStalenessMs: 0, maxStalenessVersions: 0 };
  expect(judgeOne(historyOf([climbing]), 'staleness', bounds).valid).toBe('unknown');
  expect(measured(historyOf([climbing]))).toEqual({
    reads: 0,
    behind: 0,
    ms: undefined,
    versions: undefined,
    visibility: [],
  });
});

test('versions are counted per key', () => {
  const history = historyOf(
    [
      climbing,
      [invoke('q', 'read', undefined, { key: 'y', ...at(50) }), ok('q', 'read', progress(0), { key: 'y', ...at(50) })],
    ].flat(),
  );
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(true);
});

test('events are listed in the order of the history, also past the tenth', () => {
  const noise = Array.from({ length: 4 }, () => read('n', 1, { key: 'y', time: 0 }));
  const history = historyOf([...noise, climbing, later(10, 100)].flat());
  expect(judgeOne(history, 'staleness', { maxStalenessMs: 0 }).events).toEqual([[11, 13, 15]]);
});

test('a write that completes out of order is the newest only if its value is the newest', () => {
  const early = [invoke('v', 'write', progress(50), at(0)), ok('v', 'write', progress(50), at(1))];
  const history = historyOf(
    [early, climbing.map((draft) => ({ ...draft, time: draft.time! + 2e6 })), later(30, 100)].flat(),
  );
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).sentences).toEqual([
    'r read 30% of story-1 when 50% had been written: 99 ms and 1 version behind, not within 0 versions',
  ]);
});

test('registers and progresses may be in one history', () => {
  const register = (value: number) => write('g', value, { key: 'y', time: 0 });
  const history = historyOf(
    [register(9), register(1), climbing, later(30, 100), read('r', 9, { key: 'y', time: 200e6 })].flat(),
  );
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).sentences).toEqual([
    'r read 9 of y when 1 had been written: 200 ms and 1 version behind, not within 0 versions',
  ]);
});

test('a failed write of a value does not make its reads new', () => {
  const failed = [invoke('f', 'write', 1), fail('f', 'write')];
  const history = historyOf([write('w', 1), write('w', 2), failed, read('r', 1)]);
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(false);
});

test('while the last write of a value is in flight, reads of it miss nothing', () => {
  const history = historyOf(
    [write('w', 1), write('w', 2), invoke('v', 'write', 1), read('r', 1), ok('v', 'write')].flat(),
  );
  expect(judgeOne(history, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(true);
  const overlapping = historyOf(
    [
      invoke('a', 'write', 1),
      invoke('b', 'write', 1),
      ok('a', 'write'),
      write('c', 2),
      ok('b', 'write'),
      read('r', 1),
    ].flat(),
  );
  expect(judgeOne(overlapping, 'staleness', { maxStalenessVersions: 0 }).valid).toBe(true);
});
