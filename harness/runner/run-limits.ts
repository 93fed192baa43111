/** Stops a run that does not end: its time is up, or everything in it waits for events that no longer occur. */
import type { Clock } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import { singleTypes } from '../history/event-shape.ts';
import type { History, HistoryEvent } from '../history/event.ts';
import { describeFault, describeMoment } from '../plan/fault-words.ts';
import type { Plan } from '../plan/plan.ts';
import type { Moments, Wait } from '../recording/moments.ts';
import type { Recorder } from '../recording/recorder.ts';
import { Novelty } from './novelty.ts';

export interface LimitedRun {
  plan: Plan;
  clock: Clock;
  recorder: Recorder;
  moments: Moments;
  /** The number of generations that are not over. */
  openGenerations(): number;
  /** Whether something other than a moment of the plan, or the answer to a poll, may still cause an event. */
  isBusy(): boolean;
}

/** How long nothing new may happen before a run in which everything waits for events is stopped. */
const QUIET_MS_MAX = 20_000;
/** The same, if no poll has been answered with a progress so far: a cache that is slow to follow would have answered. */
const QUIET_MS_MAX_WITHOUT_VALUES = 5_000;
/** The number of polls that every tab must have made in this time. */
const POLLS_MIN = 5;
const RECHECK_MS = 500;

/** Resolves with the reason to stop the run, or with `undefined` as soon as `signal` aborts. */
export async function limitReached(run: LimitedRun, signal: AbortSignal): Promise<EnvironmentError | undefined> {
  const { clock, plan, recorder } = run;
  const end = clock.now() + plan.run_ms_max * 1e6;
  const novelty = new Novelty(recorder.history.events);
  for (let waitMs = QUIET_MS_MAX_WITHOUT_VALUES; ;) {
    await clock.sleep(Math.min(waitMs, (end - clock.now()) / 1e6), signal);
    if (signal.aborted) return undefined;
    if (clock.now() >= end) return timeout(plan.run_ms_max, recorder);
    if (isStuck(run)) {
      // The events are read only here: most runs are never stuck.
      novelty.update();
      const leftMs = quietMsMax(novelty) - quietMs(run, novelty);
      if (leftMs <= 0 && novelty.pollsMin >= POLLS_MIN) return stalled(run, quietMs(run, novelty));
      waitMs = leftMs > 0 ? leftMs : RECHECK_MS;
    } else {
      // The quiet time of a run that is not stuck has not begun.
      waitMs = run.isBusy() ? RECHECK_MS : QUIET_MS_MAX_WITHOUT_VALUES;
    }
  }
}

/** Whether no generation can continue without an event, and nothing but a poll can cause one. */
function isStuck({ moments, openGenerations, isBusy }: LimitedRun): boolean {
  const waits = [...moments.waits];
  const generations = new Set(waits.map(({ waiter }) => waiter).filter(isGeneration));
  return generations.size > 0 && generations.size === openGenerations() && waits.every(isUntimed) && !isBusy();
}

function isUntimed({ isTimed }: Wait): boolean {
  return !isTimed;
}

function isGeneration(waiter: Wait['waiter']): waiter is Plan['generations'][number] {
  return 'worker' in waiter;
}

function quietMs({ moments, clock }: LimitedRun, { newestAt }: Novelty): number {
  const since = Math.max(newestAt, ...[...moments.waits].map(({ changedAt }) => changedAt));
  return (clock.now() - since) / 1e6;
}

function quietMsMax({ hasValues, hasTabs }: Novelty): number {
  return hasValues || !hasTabs ? QUIET_MS_MAX : QUIET_MS_MAX_WITHOUT_VALUES;
}

function stalled({ moments }: LimitedRun, quiet: number): EnvironmentError {
  const waits = [...moments.waits].toSorted((a, b) => Number(isGeneration(b.waiter)) - Number(isGeneration(a.waiter)));
  const what = waits.slice(0, NAMED_MAX).map(describeWait).join('; ');
  return new EnvironmentError(
    'run-stalled',
    `nothing new happened for ${(quiet / 1e3).toFixed(0)} s, and the run could not continue: ${what}`,
    'see in the history which of these events is missing',
  );
}

function describeWait({ waiter, moment }: Wait): string {
  if ('kind' in waiter) return `the fault "${describeFault(waiter)}"`;
  const who = isGeneration(waiter) ? waiter.worker : waiter.session;
  return `${who} waited until ${describeMoment(moment)}`;
}

function timeout(milliseconds: number, recorder: Recorder): EnvironmentError {
  const open = openOperations(recorder.history).map(
    ({ process, f, key, time }) => `the ${f} of ${key} that ${process} began at ${(time / 1e9).toFixed(3)} s`,
  );
  const waiting = open.length === 0 ? '' : `: no answer to ${open.slice(0, NAMED_MAX).join(', ')}`;
  return new EnvironmentError(
    'run-timeout',
    `the run was not over after ${milliseconds} ms${waiting}`,
    'raise run_ms_max in the plan, or see in the history what it waited for',
  );
}

const NAMED_MAX = 3;

function openOperations({ events }: History): HistoryEvent[] {
  const open = new Map<string | number, HistoryEvent>();
  for (const event of events) {
    if (event.type === 'invoke') open.set(event.process, event);
    else if (!singleTypes.has(event.f)) open.delete(event.process);
  }
  return [...open.values()];
}
