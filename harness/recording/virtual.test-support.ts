/** A clock for tests that advances only on request, and a recorder without output. */
import type { Clock } from '../clock.ts';
import { Recorder } from './recorder.ts';

export interface ManualClock extends Clock {
  /** Advances by `milliseconds` and resolves the sleeps that end, in order. */
  advance(milliseconds: number): Promise<void>;
}

export function manualClock(): ManualClock {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now * 1e6,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || milliseconds <= 0) return resolve();
        sleepers.push({ at: now + milliseconds, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settle();
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers[0];
        if (next === undefined || next.at > end) break;
        sleepers.shift();
        now = next.at;
        next.wake();
      }
      now = end;
    },
  };
}

/** Resolves after the callbacks that are ready have run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function quietRecorder(clock: Clock): Recorder {
  return new Recorder(clock, { history: 1 }, { write: () => undefined }, () => undefined);
}
