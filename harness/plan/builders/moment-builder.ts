/** Points in a run, written as calls. Each is a moment of docs/PLAN.md, and may stand in hand-written plans too. */
import { UsageError } from '../../errors.ts';
import type { EventPattern, MomentInput } from '../moment.ts';
import type { FaultInput } from '../../faults/fault-registry.ts';
import type { Version } from '../../faults/fault.ts';

/** A moment that events of the history mark. It never changes: `plus` and `within` give another one. */
export class EventMoment {
  readonly after: EventPattern | EventPattern[];
  declare readonly plus_ms?: number;
  declare readonly within_ms?: number;

  constructor(after: EventPattern | EventPattern[], timing: { plus_ms?: number; within_ms?: number } = {}) {
    this.after = after;
    Object.assign(this, timing);
  }

  /** So many milliseconds later, added to those of an earlier call. */
  plus(milliseconds: number): EventMoment {
    return new EventMoment(this.after, { ...timingOf(this), plus_ms: (this.plus_ms ?? 0) + milliseconds });
  }

  /** Comes so many milliseconds after the wait for it began, even if its events were never seen. */
  within(milliseconds: number): EventMoment {
    return new EventMoment(this.after, { ...timingOf(this), within_ms: milliseconds });
  }
}

function timingOf({ plus_ms, within_ms }: EventMoment): { plus_ms?: number; within_ms?: number } {
  return { ...(plus_ms === undefined ? {} : { plus_ms }), ...(within_ms === undefined ? {} : { within_ms }) };
}

/** So many milliseconds after the run began. */
export function at(milliseconds: number): MomentInput {
  return { at_ms: milliseconds };
}

/**
 * When events have been seen one after the other, counted from the beginning of the run.
 * @param marks moments without `plus` and `within`, or patterns as docs/PLAN.md describes them
 * @throws UsageError for a moment that says more than which events
 */
export function after(...marks: readonly (EventMoment | EventPattern)[]): EventMoment {
  const patterns = marks.flatMap((mark) => (mark instanceof EventMoment ? patternsOf(mark) : [mark]));
  return new EventMoment(patterns.length === 1 ? patterns[0]! : patterns);
}

function patternsOf(mark: EventMoment): EventPattern[] {
  if (mark.plus_ms === undefined && mark.within_ms === undefined) return [mark.after].flat();
  throw new UsageError(
    'moment-invalid',
    'a moment within after(…) has a plus() or a within()',
    'write them behind it: after(…).plus(100)',
  );
}

/** When the database commits a version. */
export function committed(version: Version): EventMoment {
  return after({ f: 'commit', ...version });
}

/** When a fault of that kind begins, whichever replica or request it is on. */
export function began(fault: FaultInput | FaultInput['kind']): EventMoment {
  return after({ f: 'fault', fault: kindOf(fault), phase: 'begin' });
}

/** When a fault of that kind ends, whichever replica or request it was on. */
export function ended(fault: FaultInput | FaultInput['kind']): EventMoment {
  return after({ f: 'fault', fault: kindOf(fault), phase: 'end' });
}

function kindOf(fault: FaultInput | FaultInput['kind']): string {
  return typeof fault === 'string' ? fault : fault.kind;
}
