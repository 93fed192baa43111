/** A clock for tests that moves only when told, and a recorder that writes nowhere. */
import type { Clock } from '../clock.ts';
import { Recorder } from './recorder.ts';

export interface ManualClock extends Clock {
  /** Lets `milliseconds` pass, waking who sleeps, in order. */
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

/** Lets everything run that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function quietRecorder(clock: Clock): Recorder {
  return new Recorder(clock, { history: 1 }, { write: () => undefined }, () => undefined);
}
