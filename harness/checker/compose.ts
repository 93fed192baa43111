import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { History } from '../history/event.ts';
import { properties } from './properties.ts';
import type { PropertyName } from './properties.ts';
import { foldValidity } from './verdict.ts';
import type { CheckOptions, Validity, Verdict } from './verdict.ts';

export interface Judgement {
  valid: Validity;
  /** In the order in which the properties were asked for. */
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
          (reason) => broken(name, reason),
        ),
      );
    },
    (reason) => names.map((name) => broken(name, reason)),
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

/** How the reason of a verdict begins that a checker could not give. */
export const CHECKER_FAILED = 'the checker failed';

function broken(property: string, reason: string): Verdict {
  return { property, valid: 'unknown', violations: [], reason: `${CHECKER_FAILED}: ${reason}` };
}
