import { describe, expect, it } from 'vitest';
import { KnownProgress } from './known-progress.ts';

const value = (progress: number, generation = 1) => ({ generation, progress });
const S = 1e9;

describe('what is known of a key', () => {
  it('makes an answer stale since the first newer value that it misses was known', () => {
    const known = new KnownProgress();
    known.learn(value(10), 1 * S);
    known.learn(value(40), 2 * S);
    known.learn(value(85), 5 * S);
    expect(known.stalenessOf(value(10), 6 * S)).toBe(4 * S);
    expect(known.stalenessOf(value(40), 6 * S)).toBe(1 * S);
    expect(known.stalenessOf(value(85), 6 * S)).toBe(0);
    expect(known.stalenessOf(value(90), 6 * S)).toBe(0);
  });

  it('does not blame a read that began before the newer value was known', () => {
    const known = new KnownProgress();
    known.learn(value(85), 5 * S);
    expect(known.stalenessOf(value(10), 5 * S)).toBe(0);
    expect(known.stalenessOf(value(10), 4 * S)).toBe(0);
  });

  it('does not learn from an older or an equal value', () => {
    const known = new KnownProgress();
    known.learn(value(85), 1 * S);
    known.learn(value(10), 2 * S);
    known.learn(value(85), 3 * S);
    known.learn(value(99, 0), 4 * S);
    expect(known.stalenessOf(value(40), 5 * S)).toBe(4 * S);
    known.learn(value(5, 2), 6 * S);
    expect(known.newest).toEqual(value(5, 2));
    expect(known.stalenessOf(value(85), 8 * S)).toBe(2 * S);
  });

  it('keeps a bounded number of values, and then says too little, never too much', () => {
    const known = new KnownProgress();
    const count = 100_000;
    for (let at = 1; at <= count; at++) known.learn({ generation: at, progress: 0 }, at * S);
    const asked = count - 10;
    const stale = known.stalenessOf(value(0, asked), (count + 100) * S);
    expect(stale).toBeGreaterThan(0);
    expect(stale).toBeLessThanOrEqual((count + 100 - asked - 1) * S);
    expect(known.stalenessOf(value(0, count), (count + 100) * S)).toBe(0);
  });
});
