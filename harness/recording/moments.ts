/** Waits for the moments of a plan. */
import type { Clock } from '../clock.ts';
import { PatternSequence, type Moment } from '../plan/moment.ts';
import type { Recorder } from './recorder.ts';

export interface Moments {
  /** Resolves at the moment, or as soon as `signal` aborts. Never rejects. */
  until(moment: Moment, signal: AbortSignal): Promise<void>;
}

/** The reason of an abort that ends a wait: without a reason, every abort creates an error with a stack. */
export const OVER = 'over';

export function createMoments(clock: Clock, recorder: Recorder): Moments {
  return {
    async until(moment, signal) {
      if ('at_ms' in moment) return clock.sleep(moment.at_ms - clock.now() / 1e6, signal);
      const sequence = new PatternSequence(moment.after);
      if (recorder.history.events.some((event) => sequence.follow(event)) || signal.aborted) {
        return clock.sleep(moment.plus_ms, signal);
      }
      await seenInTime(sequence, moment.within_ms, signal);
      await clock.sleep(moment.plus_ms, signal);
    },
  };

  async function seenInTime(
    sequence: PatternSequence,
    withinMs: number | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const over = new AbortController();
    const seen = new Promise<void>((resolve) => {
      const stop = recorder.follow((event) => {
        if (sequence.follow(event)) over.abort(OVER);
      });
      const finish = (): void => {
        stop();
        resolve();
      };
      over.signal.addEventListener('abort', finish, { once: true });
      signal.addEventListener('abort', () => over.abort(OVER), { once: true });
    });
    if (withinMs !== undefined) void clock.sleep(withinMs, over.signal).then(() => over.abort(OVER));
    await seen;
  }
}
