import { UsageError } from '../../errors.ts';
import type { DrawLimits } from '../../faults/fault.ts';
import { ROUTINGS } from '../routing.ts';
import { deviationKinds, ordinaryKinds } from '../deviations.ts';
import type { Range } from '../range.ts';

/** The most benign first: there every choice shrinks to. */
export const BY_SIMPLICITY = ['primary-only', ...ROUTINGS.filter((routing) => routing !== 'primary-only')] as const;
/** Up to beyond the 2.8 s that `WORKSPACE_FIXES.md` retries for; an exact lag lasts longer than any of them. */
const HOW_LONG_MS = [100, 300, 1_000, 2_000, 2_500, 3_500] as const;
/** A range with its gaps filled in. */
export interface Limits extends DrawLimits {
  /** Names of deviations. */
  kinds: ReadonlySet<string>;
}

/** @throws UsageError for a deviation of no known kind */
export function limitsOf(range: Range): Limits {
  const unknown = range.deviations?.find((kind) => !deviationKinds.includes(kind));
  if (unknown !== undefined) {
    const hint = `there is: ${deviationKinds.join(', ')}`;
    throw new UsageError('deviation-unknown', `no deviation is called "${unknown}"`, hint);
  }
  const upTo = (max = Infinity): number[] => HOW_LONG_MS.filter((each) => each <= max);
  return {
    kinds: new Set(range.deviations ?? ordinaryKinds),
    lags: upTo(range.lagMsMax),
    delays: upTo(range.delayMsMax),
  };
}
