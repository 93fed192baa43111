import { describe, expect, it } from 'vitest';
import { ClockOffsets } from './clock-offsets.ts';

describe('the offset of a clock', () => {
  it('lies between the bounds of every comparison', () => {
    const offsets = new ClockOffsets();
    // The clock of the machine is 1,000 ms ahead; it was read at 5,000 and 5,004, and the run was at 4,002.
    offsets.add({ startMs: 5_000, endMs: 5_004, runMs: 4_002 });
    offsets.add({ startMs: 5_100, endMs: 5_101, runMs: 4_100.5 });
    const { least, most } = offsets.at(5_050);
    expect(least).toBeLessThanOrEqual(-1_000);
    expect(most).toBeGreaterThanOrEqual(-1_000);
    expect(most - least).toBeLessThan(5);
  });

  it('is less certain the longer ago the last comparison was', () => {
    const offsets = new ClockOffsets();
    offsets.add({ startMs: 0, endMs: 0, runMs: 0 });
    const width = (ms: number): number => offsets.at(ms).most - offsets.at(ms).least;
    expect(width(60_000)).toBeGreaterThan(width(0) + 59);
  });

  it('has the bounds of both comparisons when the clock was set in between', () => {
    const offsets = new ClockOffsets();
    offsets.add({ startMs: 0, endMs: 1, runMs: 0 });
    offsets.add({ startMs: 1_000, endMs: 1_001, runMs: 500 });
    const { least, most } = offsets.at(500);
    expect(least).toBeLessThanOrEqual(-500);
    expect(most).toBeGreaterThanOrEqual(0);
    expect(offsets.uncertaintyMs).toBeGreaterThan(250);
  });

  it('is not made up', () => {
    expect(() => new ClockOffsets().at(0)).toThrow('never compared');
  });
});
