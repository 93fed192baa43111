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
          () => properties[name](columns, options),
          (reason) => failedVerdict(name, reason),
        ),
      );
    },
    (reason) => names.map((name) => failedVerdict(name, reason)),
  );
  return { valid: foldValidity(verdicts.map(({ valid }) => valid)), verdicts };
}

function attempt<T>(work: () => T, otherwise: (reason: string) => T): T {
  try {
    return work();
  } catch (error) {
    return otherwise(error instanceof Error ? error.message : String(error));
  }
}

/** The prefix of the reason when a checker throws. */
export const CHECKER_FAILED = 'the checker failed';

function failedVerdict(property: string, reason: string): Verdict {
  return { property, valid: 'unknown', violations: [], reason: `${CHECKER_FAILED}: ${reason}` };
}
