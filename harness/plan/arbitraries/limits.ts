import { UsageError } from '../../errors.ts';
import type { DrawLimits } from '../../faults/fault.ts';
import { ROUTINGS } from '../routing.ts';
import { deviationKinds, kindsIfNamed, type DeviationKind } from '../deviations.ts';
import { suggestionOf } from '../../suggestion.ts';
import type { Range } from '../range.ts';

/** The most benign first: choices shrink towards it. */
export const BY_SIMPLICITY = ['primary-only', ...ROUTINGS.filter((routing) => routing !== 'primary-only')] as const;
/** Most often those that read from more than one database. */
export const MOSTLY_REPLICAS = [...BY_SIMPLICITY, 'get-to-replica', 'round-robin', 'round-robin'] as const;
/** The longest exceed the 2.8 s of retries of `WORKSPACE_FIXES.md`; an exact lag lasts longer than any of them. */
const DURATIONS_MS = [100, 300, 1_000, 2_000, 2_500, 3_500] as const;
/** Longer than common time-outs, and than six retries whose pauses double from 100 ms. */
const LONG_MS = 8_000;

/** A range with its defaults. */
export interface Limits extends DrawLimits {
  /** Names of deviations. */
  kinds: ReadonlySet<string>;
  /** A tab has a stream, on which faults can act. */
  hasStreams?: boolean;
}

/**
 * @param kinds those of a range that names none
 * @throws UsageError for an unknown kind of deviation
 */
export function limitsOf(range: Range, kinds: readonly DeviationKind[]): Limits {
  const known = [...deviationKinds, ...kindsIfNamed];
  const unknown = range.deviations?.find((kind) => !known.includes(kind));
  if (unknown !== undefined) {
    const hint = suggestionOf(unknown, known);
    throw new UsageError('deviation-unknown', `no deviation is called "${unknown}"`, hint);
  }
  const upTo = (max = Infinity): number[] => DURATIONS_MS.filter((each) => each <= max);
  return {
    kinds: new Set<string>(range.deviations ?? kinds),
    lags: upTo(range.lagMsMax),
    windows: range.lagMsMax === undefined ? [...DURATIONS_MS, LONG_MS] : upTo(range.lagMsMax),
    delays: upTo(range.delayMsMax),
    // The primary is a target too: other reads may go to replicas behind it.
    databases: ['replica-1', 'primary', 'replica-2', 'replica-3'],
  };
}
