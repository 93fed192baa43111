/** Builders for moments. Each returns a moment of docs/PLAN.md, which can be used in hand-written plans too. */
import { UsageError } from '../../errors.ts';
import type { EventPattern, MomentInput } from '../moment.ts';
import type { FaultInput } from '../../faults/fault-registry.ts';
import type { Version } from '../../faults/fault.ts';

/** A moment that is defined by events of the history. Immutable: `plus` and `within` return a new moment. */
export class EventMoment {
  readonly after: EventPattern | EventPattern[];
  declare readonly plus_ms?: number;
  declare readonly within_ms?: number;

  constructor(after: EventPattern | EventPattern[], timing: { plus_ms?: number; within_ms?: number } = {}) {
    this.after = after;
    Object.assign(this, timing);
  }

  /** This number of milliseconds later, in addition to earlier calls. */
  plus(milliseconds: number): EventMoment {
    return new EventMoment(this.after, { ...timingOf(this), plus_ms: (this.plus_ms ?? 0) + milliseconds });
  }

  /** Limits the wait: the moment is reached after this number of milliseconds, even without its events. */
  within(milliseconds: number): EventMoment {
    return new EventMoment(this.after, { ...timingOf(this), within_ms: milliseconds });
  }
}

function timingOf({ plus_ms, within_ms }: EventMoment): { plus_ms?: number; within_ms?: number } {
  return { ...(plus_ms === undefined ? {} : { plus_ms }), ...(within_ms === undefined ? {} : { within_ms }) };
}

/** This number of milliseconds after the start of the run. */
export function at(milliseconds: number): MomentInput {
  return { at_ms: milliseconds };
}

/**
 * When the events have occurred in this order, counted from the start of the run.
 * @param marks moments without `plus` and `within`, or patterns of docs/PLAN.md
 * @throws UsageError for a moment with `plus` or `within`
 */
export function after(...marks: readonly (EventMoment | EventPattern)[]): EventMoment {
  const patterns = marks.flatMap((mark) => (mark instanceof EventMoment ? patternsOf(mark) : [mark]));
  return new EventMoment(patterns.length === 1 ? patterns[0]! : patterns);
}

function patternsOf(mark: EventMoment): EventPattern[] {
  if (mark.plus_ms === undefined && mark.within_ms === undefined) return [mark.after].flat();
  throw new UsageError(
    'moment-invalid',
    'a moment inside after(…) cannot have plus() or within()',
    'call them on the result: after(…).plus(100)',
  );
}

/** When the database commits a version. */
export function committed(version: Version): EventMoment {
  return after({ f: 'commit', ...version });
}

/** When a fault of this kind starts, on any target. */
export function began(fault: FaultInput | FaultInput['kind']): EventMoment {
  return after({ f: 'fault', fault: kindOf(fault), phase: 'begin' });
}

/** When a fault of this kind ends, on any target. */
export function ended(fault: FaultInput | FaultInput['kind']): EventMoment {
  return after({ f: 'fault', fault: kindOf(fault), phase: 'end' });
}

function kindOf(fault: FaultInput | FaultInput['kind']): string {
  return typeof fault === 'string' ? fault : fault.kind;
}
