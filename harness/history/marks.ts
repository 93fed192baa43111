/**
 * Marks in a history: events of the process `ratchet` that say what did not happen in a run. By them a later check of the
 * history comes to the same verdict as the run. They have the `f` of a fault, so no property judges them.
 */
import type { EventBody } from './event.ts';

export type MarkName =
  | 'run-ended'
  | 'run-incomplete'
  | 'worker-gave-up'
  | 'fault-unused'
  | 'fault-without-effect'
  | 'no-requests';

const PROCESS = 'ratchet';

function mark(fault: MarkName, details: Readonly<Record<string, unknown>>): EventBody {
  return { process: PROCESS, type: 'info', f: 'fault', fault, ...details };
}

/** The field of the header that promises one of the two marks at the end; true. Histories of others do not have it. */
export const MARKS_ITS_END = 'marks_its_end';

/** The field of the header that says that the application decided on its steps, not the plan; true or missing. */
export const HAS_OWN_STEPS = 'has_own_steps';

/** The last event of a complete run. */
export function endedMark(): EventBody {
  return mark('run-ended', {});
}

/**
 * What stands for the mark that a history lacks although its header promises one: the process that recorded it was killed.
 */
export function killedMark(): EventBody {
  return incompleteMark(new KilledRun('it was killed: its history has no end'));
}

class KilledRun extends Error {
  readonly code = 'run-killed';
}

/** The last event of an incomplete run. */
export function incompleteMark(reason: Error): EventBody {
  const code = 'code' in reason && typeof reason.code === 'string' ? { code: reason.code } : {};
  return mark('run-incomplete', { error: reason.message, ...code });
}

/** The application gave up on a generation. */
export function gaveUpMark(worker: string, story: string, reason: Error): EventBody {
  return mark('worker-gave-up', { worker, story, error: reason.message });
}

/** What there was while a fault applied that had no effect. */
export interface Missed {
  /** Polls of tabs. */
  polls: number;
  /** Requests of the application for these polls that a replica could have answered. */
  reads: number;
}

/**
 * A fault of the plan never applied.
 * @param number its position in the plan, from 0
 * @param sent of a fault that matches requests: how many of them there were of its actor, by method
 */
export function unusedFaultMark(number: number, sent: Readonly<Record<string, number>> | undefined): EventBody {
  return mark('fault-unused', sent === undefined ? { number } : { number, sent });
}

/** A fault of the plan applied, and no request met it. @param number its position in the plan, from 0 */
export function faultWithoutEffectMark(number: number, missed: Missed): EventBody {
  return mark('fault-without-effect', { number, ...missed });
}

/** No request came through the gateway. @param url the URL that the application was given */
export function noRequestsMark(url: string): EventBody {
  return mark('no-requests', { url });
}

export function isMark(event: EventBody, name?: MarkName): boolean {
  return event.f === 'fault' && event.process === PROCESS && (name === undefined || event['fault'] === name);
}
