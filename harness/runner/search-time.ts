import type { CheckOptions } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';

const timeoutMsDefault = 10_000;

/** The time limit of the search of `linearizable`, which begins now. */
export function searchTime(
  timeoutMs: number = timeoutMsDefault,
): Required<Pick<CheckOptions, 'isOverdue' | 'timeoutMs'>> {
  const clock = realClock();
  return { timeoutMs, isOverdue: () => clock.now() > timeoutMs * 1e6 };
}
