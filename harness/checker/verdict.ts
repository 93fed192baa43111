/** The verdict of a checker, and how a checker collects it. */
import type { HistoryColumns } from '../history/columns.ts';

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

/** A pure function from a history to a verdict. If it throws, the verdict is unknown. */
export type Checker = (history: HistoryColumns, options: CheckOptions) => Verdict;

/** How much of a history a property applies to. */
export interface Extent {
  judged: number;
  lacks: string | undefined;
}

const violationsMax = 100;

/** Collects what one checker finds. A violation takes precedence over every reason for doubt. */
export class Findings {
  readonly #property: string;
  readonly #violations: Violation[] = [];
  readonly #bySession = new Map<string, number>();
  #count = 0;
  #greatestFall = 0;
  #worst = 0;
  #doubt: string | undefined;

  constructor(property: string) {
    this.#property = property;
  }

  /**
   * `describe` is called only for the violations that are kept.
   * @param of the session, for their number, and how far the value fell, for the worst of them
   */
  violation(describe: () => Omit<Violation, 'property'>, of: { session?: string; fall?: number } = {}): void {
    const { session, fall = 0 } = of;
    this.#count += 1;
    if (session !== undefined) this.#bySession.set(session, (this.#bySession.get(session) ?? 0) + 1);
    const isWorst = fall > this.#greatestFall;
    const place = Math.min(this.#count, violationsMax) - 1;
    if (this.#count <= violationsMax || isWorst) this.#violations[place] = { property: this.#property, ...describe() };
    if (this.#count > 1 && !isWorst) return;
    this.#greatestFall = fall;
    this.#worst = place;
  }

  /** Without a violation the verdict is unknown, for the first reason given. */
  doubt(reason: string): void {
    this.#doubt ??= reason;
  }

  /**
   * @param lacks the events that the property needs and the history does not have, as they stand after "the history has";
   * without a violation the verdict is then unknown
   */
  verdict({ judged, lacks }: Extent, measured?: Record<string, unknown>): Verdict {
    const found: Verdict = { property: this.#property, valid: true, violations: this.#violations, judged };
    if (measured !== undefined) found.measured = measured;
    if (this.#count > 0) return this.#violated(found, measured);
    if (lacks !== undefined) {
      return { ...found, valid: 'unknown', judged: 0, isNotJudged: true, reason: `the history has ${lacks}` };
    }
    return this.#doubt === undefined ? found : { ...found, valid: 'unknown', reason: this.#doubt };
  }

  #violated(found: Verdict, measured: Record<string, unknown> | undefined): Verdict {
    const sessions = this.#bySession.size === 0 ? {} : { sessions: Object.fromEntries(this.#bySession) };
    return {
      ...found,
      valid: false,
      ...(this.#worst === 0 ? {} : { worst: this.#worst }),
      measured: { violations: this.#count, ...sessions, ...measured },
    };
  }
}

/** The violation with the greatest fall; the first one for properties without falls. */
export function worstOf({ violations, worst = 0 }: Verdict): Violation | undefined {
  return violations[worst];
}

export function worstFirst(verdict: Verdict): Violation[] {
  const worst = worstOf(verdict);
  return worst === undefined ? [] : [worst, ...verdict.violations.filter((each) => each !== worst)];
}
