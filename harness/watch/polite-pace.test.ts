import { describe, expect, it } from 'vitest';
import { manualClock } from '../recording/virtual.test-support.ts';
import { backOffMs, PolitePace, retryAfterMs } from './polite-pace.ts';

const never = new AbortController().signal;

/** Takes turns without end, and notes the times at which they begin, in milliseconds. */
function takingTurns(pace: PolitePace, clock: ReturnType<typeof manualClock>, takers: number): number[] {
  const turns: number[] = [];
  const take = async (): Promise<void> => {
    for (;;) {
      await pace.turn(never);
      turns.push(clock.now() / 1e6);
    }
  };
  for (let at = 0; at < takers; at++) void take();
  return turns;
}

describe('the pace of requests', () => {
  it('is bounded by the rate, however many wait', async () => {
    const clock = manualClock();
    const turns = takingTurns(new PolitePace(clock, 4), clock, 20);
    await clock.advance(10_000);
    expect(turns).toHaveLength(41);
    expect(turns.slice(0, 3)).toEqual([0, 250, 500]);
  });

  it('stops for a pause, and goes on at the rate, not in a burst', async () => {
    const clock = manualClock();
    const pace = new PolitePace(clock, 4);
    const turns = takingTurns(pace, clock, 20);
    await clock.advance(1_000);
    pace.pause(60_000);
    await clock.advance(60_000);
    const before = turns.filter((at) => at < 61_000);
    expect(before).toHaveLength(5);
    await clock.advance(10_000);
    const after = turns.slice(5);
    expect(after[0]).toBeGreaterThanOrEqual(61_000);
    for (const [at, turn] of after.entries()) if (at > 0) expect(turn - after[at - 1]!).toBeGreaterThanOrEqual(249);
  });

  it('lets a waiting turn go when it is no longer wanted', async () => {
    const clock = manualClock();
    const pace = new PolitePace(clock, 1);
    pace.pause(1e9);
    const stop = new AbortController();
    const turn = pace.turn(stop.signal);
    stop.abort();
    await expect(turn).resolves.toBeUndefined();
  });
});

describe('a pause after failures', () => {
  it('doubles, to at most five minutes', () => {
    expect([1, 2, 3, 9, 10, 1_000].map(backOffMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-05-04T09:30:00Z');
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 04 May 2026 09:31:00 GMT', 60_000],
    ['Mon, 04 May 2026 09:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
