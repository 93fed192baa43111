import { describe, expect, it } from 'vitest';
import { describeMeasured } from './measured.ts';

const told = (property: string, measured?: Record<string, unknown>) =>
  describeMeasured({
    property,
    valid: true,
    violations: [],
    judged: 1,
    ...(measured === undefined ? {} : { measured }),
  });
const ms = { p50: 0.0123, p90: 1, p99: 12.345, max: 1234.5 };

describe('measurements', () => {
  it('of staleness are the number of stale reads and their delay', () => {
    expect(told('staleness', { reads: 1000, behind: 3, ms, versions: { p50: 0, p90: 0, p99: 1, max: 1 } })).toBe(
      '3 of 1000 reads were behind: 12.3 ms at p99, 1235 ms and 1 version at most',
    );
    expect(told('staleness', { reads: 5, behind: 0, ms, versions: ms })).toBe('none of 5 reads was behind');
    expect(told('staleness', { reads: 0, behind: 0 })).toBe('no read has a known place among the writes');
  });

  it('of availability are the number of answered reads and their latency', () => {
    expect(told('availability', { reads: 1000, answered: 999, latencyMs: ms })).toBe(
      '999 of 1000 reads answered, in 0.0123 ms at p50, 12.3 ms at p99, 1235 ms at most',
    );
    expect(told('availability', { reads: 3, answered: 0 })).toBe('0 of 3 reads answered');
  });

  it('of other properties are not described', () => {
    expect(told('integrity', { violations: 3 })).toBeUndefined();
    expect(told('staleness')).toBeUndefined();
  });
});
