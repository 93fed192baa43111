import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { History } from '../history/event.ts';
import { properties } from './properties.ts';
import type { PropertyName } from './properties.ts';
import { foldValidity } from './verdict.ts';
import type { CheckOptions, Validity, Verdict } from './verdict.ts';

export interface Judgement {
  valid: Validity;
  /** In the order of the given property names. */
  verdicts: Verdict[];
}

/**
 * Leaves out the properties that the history lacks the events for, as `check` does unless the caller names properties.
 * Without any other property the verdict is unknown.
 */
export function leaveOutNotJudged({ verdicts }: Judgement): Judgement & { notJudged: Verdict[] } {
  const judged = verdicts.filter(({ isNotJudged }) => isNotJudged === undefined);
  const valid = judged.length === 0 ? 'unknown' : foldValidity(judged.map((verdict) => verdict.valid));
  return { valid, verdicts: judged, notJudged: verdicts.filter(({ isNotJudged }) => isNotJudged === true) };
}

/** Judges a history by several properties. Never throws. */
export function judge(
  history: History | HistoryColumns,
  names: readonly PropertyName[],
  options: CheckOptions = {},
): Judgement {
  const verdicts = attempt(
    () => {
      const columns = asColumns(history);
      return names.map((name) =>
        attempt(
          () => properties[name](columns, options).verdict(),
          (reason) => failedVerdict(name, reason),
        ),
      );
    },
    (reason) => names.map((name) => failedVerdict(name, reason)),
  );
  return { valid: foldValidity(verdicts.map(({ valid }) => valid)), verdicts };
}

export function attempt<T>(work: () => T, otherwise: (reason: string) => T): T {
  try {
    return work();
  } catch (error) {
    return otherwise(error instanceof Error ? error.message : String(error));
  }
}

/** The prefix of the reason when a checker throws. */
export const CHECKER_FAILED = 'the checker failed';

export function failedVerdict(property: string, reason: string): Verdict {
  return { property, valid: 'unknown', violations: [], judged: 0, reason: `${CHECKER_FAILED}: ${reason}` };
}
