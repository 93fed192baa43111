import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Standstill } from './standstill.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('a standstill', () => {
  it('begins with the last advance, not with the wait', () => {
    const standstill = new Standstill(100);
    for (const position of [1, 2, 3]) {
      vi.advanceTimersByTime(90);
      expect(standstill.hasStopped(position)).toBe(false);
    }
    vi.advanceTimersByTime(101);
    expect(standstill.hasStopped(3)).toBe(true);
  });

  it('does not count the time in which there was a reason', () => {
    const standstill = new Standstill(100);
    standstill.hasStopped(1);
    vi.advanceTimersByTime(1000);
    expect(standstill.hasStopped(1, true)).toBe(false);
    vi.advanceTimersByTime(90);
    expect(standstill.hasStopped(1)).toBe(false);
    vi.advanceTimersByTime(11);
    expect(standstill.hasStopped(1)).toBe(true);
  });
});
