/** The results of `ratchet limits`: where a subject stops holding when a parameter of a scenario changes. */
import type { Validity } from '../checker/verdict.ts';

export interface LimitResults {
  scenario: string;
  /** The name of the parameter. */
  vary: string;
  /** The values that were tried, in order. */
  points: readonly LimitPoint[];
  /** Of all points. */
  runs: number;
  /** Unknown if a run was inconclusive or the search was interrupted. */
  valid: Validity;
  /** None if the subject behaves in the same way at both ends of the range. */
  limit?: {
    value: number;
    /** On which side of it the properties hold. */
    holds: 'below' | 'above';
    /** With 95% confidence, most runs hold on one side of these values and most do not on the other. */
    interval: readonly [number, number];
  };
}

export interface LimitPoint {
  value: number;
  runs: number;
  /** The runs whose properties hold. */
  held: number;
  /** Inconclusive runs. */
  unknown: number;
  /** The 95% interval of the share of runs that hold. */
  interval: readonly [number, number];
}
