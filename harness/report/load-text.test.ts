import { describe, expect, it } from 'vitest';
import type { LoadSummary } from '../port/load.ts';
import { describeLoad, describeSlice, describeSlices } from './load-text.ts';

const latency = { p50: 2.5, p95: 40, p99: 63.2 };
const slice = { fromMs: 3_000, toMs: 5_000, tabs: 20, pollsPerSecond: 40, failed: 1, reversions: 2, ...latency };
const load: LoadSummary = {
  profile: '20 tabs that poll every 500 ms',
  durationMs: 10_000,
  polls: 1_234,
  failed: 0,
  failures: [],
  tabs: 20,
  pollsPerSecond: 123.4,
  latencyMs: latency,
  reversions: 0,
  slices: [slice],
  crossed: [],
  clockUncertaintyMs: 1.75,
};

describe('the summary of a load', () => {
  it('is a few lines where everything held', () => {
    expect(describeLoad(load)).toEqual([
      'load:    20 tabs that poll every 500 ms: 1,234 polls in 10 s, 123 per second, by 20 tabs',
      'latency: p50 2.5 ms, p95 40 ms, p99 63 ms',
      'clocks:  compared with those of the tabs to ±1.8 ms',
    ]);
  });

  it('says what failed, what was crossed, and at which load polls went back', () => {
    const failures = [{ reason: 'HTTP 503 busy', count: 1_100 }];
    const firstReversion = { atMs: 4_000, tabs: 7, pollsPerSecond: 70 };
    const crossed = ['ratchet_reversions: count==0'];
    expect(describeLoad({ ...load, failed: 1_100, failures, reversions: 3, firstReversion, crossed }).slice(2)).toEqual(
      [
        'failed:  1,100 polls without a progress: 1,100 × HTTP 503 busy',
        'back:    3 polls were answered with an older progress, first at 4 s with 7 tabs and 70 polls per second',
        'clocks:  compared with those of the tabs to ±1.8 ms',
        'crossed: ratchet_reversions: count==0',
      ],
    );
  });

  it('tells the delay of the harness apart', () => {
    const queued = { eventLoopMs: { p50: 0, p95: 5, p99: 12 }, queuedMs: { mean: 1.5, max: 80 } };
    expect(describeLoad({ ...load, supabaseMs: latency, harness: queued })[1]).toBe(
      'latency: p50 2.5 ms, p95 40 ms, p99 63 ms; of each request to Supabase p50 2.5 ms, p95 40 ms, p99 63 ms; the harness was late by p50 0.0 ms, p95 5.0 ms, p99 12 ms; requests waited 1.5 ms for the application, at most 80 ms',
    );
  });

  it('has its slices as a table or as sentences', () => {
    expect(describeSlices(load)).toEqual([
      '  from  tabs  polls/s     p50    p95    p99  failed  reversions',
      '   3 s    20       40  2.5 ms  40 ms  63 ms       1           2',
    ]);
    expect(describeSlice(slice)).toBe(
      '3 s to 5 s: 20 tabs, 40 polls per second, p50 2.5 ms, p95 40 ms, p99 63 ms, 1 failed, 2 went back',
    );
  });
});
