import { describe, expect, it } from 'vitest';
import { LoadTally, percentiles } from './load-tally.ts';
import type { PollLine } from './poll-lines.ts';

function pollAt(ms: number, tab: number, progress: number | undefined, story = 0): [PollLine, number] {
  const value = progress === undefined ? undefined : { generation: 1, progress };
  const times = { startMs: ms, endMs: ms, durationMs: ms / 100 };
  const status = value === undefined ? 503 : 200;
  return [{ tab, ordinal: 1, story, ...times, status, value, error: value === undefined ? 'down' : '' }, ms];
}

describe('the tally of a load', () => {
  it('counts polls, tabs, failures with their reasons, and the reversions of each tab', () => {
    const tally = new LoadTally();
    const polls = [
      pollAt(100, 1, 10),
      pollAt(200, 2, 85),
      pollAt(1_100, 1, 85),
      pollAt(1_200, 2, 10),
      pollAt(1_300, 2, undefined),
    ];
    for (const [poll, ms] of polls) tally.add(poll, ms, undefined);
    const summary = tally.summary();
    expect(summary).toMatchObject({
      polls: 5,
      failed: 1,
      tabs: 2,
      reversions: 1,
      durationMs: 2_000,
      pollsPerSecond: 2.5,
    });
    expect(summary.failures).toEqual([{ reason: 'HTTP 503 down', count: 1 }]);
    expect(summary.firstReversion).toEqual({ atMs: 1_200, tabs: 2, pollsPerSecond: 3 });
    expect(summary.slices.map(({ pollsPerSecond, reversions }) => [pollsPerSecond, reversions])).toEqual([
      [2, 0],
      [3, 1],
    ]);
  });

  it('knows that another story begins anew', () => {
    const tally = new LoadTally();
    for (const [poll, ms] of [pollAt(0, 1, 100), pollAt(500, 1, 0, 1)]) tally.add(poll, ms, undefined);
    expect(tally.summary().reversions).toBe(0);
  });

  it('takes percentiles by the nearest rank', () => {
    expect(percentiles(Array.from({ length: 100 }, (_, at) => 100 - at))).toEqual({ p50: 50, p95: 95, p99: 99 });
    expect(percentiles([])).toEqual({ p50: 0, p95: 0, p99: 0 });
  });
});
