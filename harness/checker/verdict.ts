/** The verdict of a checker. */

export type Validity = boolean | 'unknown';

/** Combines several verdicts: false if any is, else unknown if any is, else true. True if there are none. */
export function foldValidity(validities: readonly Validity[]): Validity {
  if (validities.includes(false)) return false;
  return validities.includes('unknown') ? 'unknown' : true;
}

export interface Violation {
  property: string;
  key: string;
  /** The session with the violation; missing if the property concerns the key itself. */
  session?: string;
  /** Indices of events, the evidence first and the offending event last. */
  events: number[];
  sentence: string;
}

export interface Verdict {
  property: string;
  valid: Validity;
  /** The first ones in the history, at most 100; the worst one is always among them. */
  violations: Violation[];
  /** The position in `violations` of the greatest fall, if that is not the first. */
  worst?: number;
  /** How many values were judged, e.g. how many were shown: see `docs/CHECKERS.md`. */
  judged: number;
  /** The history lacks the events that the property needs, so the verdict is unknown. */
  isNotJudged?: true;
  /** Why the verdict is unknown. */
  reason?: string;
  /** Numbers for a report; `violations`, and their number by session, include those beyond the first 100. */
  measured?: Record<string, unknown>;
}

export interface CheckOptions {
  /** Bound of `convergence`, in milliseconds since the commit. Without one it may take until the end of the history. */
  convergeWithinMs?: number;
  /** Bounds of `staleness`; without any it is only measured. */
  maxStalenessMs?: number;
  maxStalenessVersions?: number;
  /**
   * Bounds of `availability`; without any it is only measured. The share of answered reads, from 0 to 1; the 99th percentile
   * of their latency, in milliseconds; and whether the last read of every session that still watches must be answered.
   */
  minAvailability?: number;
  maxLatencyMs?: number;
  finalLookAnswered?: boolean;
  /** Polled by long searches, which give up when it returns true: a time-out by the caller's clock. */
  isOverdue?: () => boolean;
  /** The time after which `isOverdue` returns true, for messages, in milliseconds. */
  timeoutMs?: number;
}

/** The violation with the greatest fall; the first one for properties without falls. */
export function worstOf({ violations, worst = 0 }: Verdict): Violation | undefined {
  return violations[worst];
}

export function worstFirst(verdict: Verdict): Violation[] {
  const worst = worstOf(verdict);
  return worst === undefined ? [] : [worst, ...verdict.violations.filter((each) => each !== worst)];
}
