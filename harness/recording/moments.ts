/** Waits for the moments of a plan. */
import type { Clock } from '../clock.ts';
import { PatternSequence, type Moment, type ProgressMatching } from '../plan/moment.ts';
import type { Plan } from '../plan/plan.ts';
import type { Recorder } from './recorder.ts';

export interface Moments {
  /** Resolves at the moment, or as soon as `signal` aborts. Never rejects. */
  until(moment: Moment, signal: AbortSignal, waiter: Waiter): Promise<void>;
  /** The waits that have not ended. */
  readonly waits: ReadonlySet<Wait>;
}

/** The part of the plan that waits. */
export type Waiter = Plan['generations'][number] | Plan['observers'][number] | Plan['faults'][number];

export interface Wait {
  readonly waiter: Waiter;
  readonly moment: Moment;
  /** Whether the wait ends after some time; otherwise it needs an event. */
  isTimed: boolean;
  /** When it began, or when the last event came that was part of it, in nanoseconds. */
  changedAt: number;
}

/** The reason of an abort that ends a wait: without a reason, every abort creates an error with a stack. */
export const OVER = 'over';

export function createMoments(clock: Clock, recorder: Recorder, matching: ProgressMatching = 'equal'): Moments {
  const waits = new Set<Wait>();
  return {
    waits,
    async until(moment, signal, waiter) {
      const wait = { waiter, moment, isTimed: true, changedAt: clock.now() };
      waits.add(wait);
      await reached(moment, signal, wait);
      waits.delete(wait);
    },
  };

  async function reached(moment: Moment, signal: AbortSignal, wait: Wait): Promise<void> {
    if ('at_ms' in moment) return clock.sleep(moment.at_ms - clock.now() / 1e6, signal);
    const sequence = new PatternSequence(moment.after, matching);
    const isOver = recorder.history.events.some((event) => sequence.follow(event)) || signal.aborted;
    if (!isOver) await seenInTime(sequence, moment.within_ms, signal, wait);
    await clock.sleep(moment.plus_ms, signal);
  }

  async function seenInTime(
    sequence: PatternSequence,
    withinMs: number | undefined,
    signal: AbortSignal,
    wait: Wait,
  ): Promise<void> {
    const over = new AbortController();
    wait.isTimed = withinMs !== undefined;
    const seen = new Promise<void>((resolve) => {
      const stop = recorder.follow((event) => {
        const before = sequence.position;
        if (sequence.follow(event)) over.abort(OVER);
        else if (sequence.position !== before) wait.changedAt = event.time;
      });
      const finish = (): void => {
        stop();
        wait.isTimed = true;
        resolve();
      };
      over.signal.addEventListener('abort', finish, { once: true });
      signal.addEventListener('abort', () => over.abort(OVER), { once: true });
    });
    if (withinMs !== undefined) void clock.sleep(withinMs, over.signal).then(() => over.abort(OVER));
    await seen;
  }
}
