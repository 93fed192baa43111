/** Builders for the faults of a plan. */
import type { MomentInput } from '../moment.ts';
import type { FaultInput } from '../../faults/fault-registry.ts';
import type { Version } from '../../faults/fault.ts';
import type { GenerationPart, Tab } from './actor-builder.ts';

/** When a fault starts and ends. Default: from the start of the run until the generations are over. */
export interface Span {
  from?: MomentInput;
  until?: MomentInput;
}

/** A replica of a plan, by its number from 1. */
export class Replica {
  readonly name: string;

  constructor(number: number) {
    this.name = `replica-${number}`;
  }

  /** A lag: the replica shows nothing that was committed after this version. */
  holdsAt(version: Version, span: Span = {}): FaultOfKind<'lag'> {
    return { kind: 'lag', mode: 'exact', replica: this.name, hold_at: version, ...span };
  }

  /** A lag: every version becomes visible `delayMs` after its commit. */
  lags({ delayMs, ...span }: Span & { delayMs: number }): FaultOfKind<'lag'> {
    return { kind: 'lag', mode: 'timed', replica: this.name, delay_ms: delayMs, ...span };
  }

  /** A lag: the replica shows no commit from `from` on. */
  pauses(span: Span = {}): FaultOfKind<'lag'> {
    return { kind: 'lag', mode: 'paused', replica: this.name, ...span };
  }

  /** The load balancer sends no requests to the replica. */
  leavesRotation(span: Span = {}): FaultOfKind<'out-of-rotation'> {
    return { kind: 'out-of-rotation', replica: this.name, ...span };
  }
}

export type FaultOfKind<Kind extends FaultInput['kind']> = Extract<FaultInput, { kind: Kind }>;

/** A fault whose `replica`, `to` and `match.actor` can be values that `aReplica`, `aTab` and `runs` return. */
export type FaultPart<Kind extends FaultInput['kind'] = FaultInput['kind']> = { kind: Kind } & FaultFields<Kind>;

type FaultFields<Kind extends FaultInput['kind']> = FieldsOf<Extract<FaultInput, { kind: Kind }>>;

type FieldsOf<F> = F extends unknown ? { [Field in keyof Omit<F, 'kind'>]: Named<Field, F[Field & keyof F]> } : never;

type Named<Field, Value> = Field extends 'replica' | 'to'
  ? Value | Replica
  : Field extends 'session'
    ? Value | Tab
    : Field extends 'match'
      ? Omit<Value, 'actor'> & { actor: string | Tab | GenerationPart }
      : Value;

/**
 * A fault of any kind.
 * @param fields with the names of docs/PLAN.md: `delay_ms`
 */
export function fault<Kind extends FaultInput['kind']>(kind: Kind, fields: FaultFields<Kind>): FaultPart<Kind> {
  return { kind, ...fields };
}
