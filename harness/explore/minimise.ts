/**
 * Shrinks a plan further after fast-check: removes parts that other parts of the plan refer to. Each cut adjusts these
 * references: the ordinals of later requests, and the numbers of generations.
 */
import { cuts } from '../plan/cuts.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Applies cuts as long as the plan still fails.
 * @param fails whether a plan fails in the same way
 * @param runsMax maximum number of plans to try
 * @param isOverdue ends it with the result so far
 */
export function minimise(
  plan: Plan,
  fails: (plan: Plan) => boolean,
  runsMax: number,
  isOverdue: () => boolean = () => false,
): { plan: Plan; runs: number } {
  let smallest = plan;
  let runs = 0;
  let from = 0;
  // After a successful cut, continue with the next one and wrap around, until no cut of a whole round succeeds.
  for (let idle = 0; runs < runsMax && !isOverdue();) {
    const all = [...cuts(smallest)];
    const candidate = all[from % all.length];
    if (candidate === undefined || idle >= all.length) break;
    runs += 1;
    if (fails(candidate)) {
      smallest = candidate;
      idle = 0;
    } else {
      from = (from + 1) % all.length;
      idle += 1;
    }
  }
  return { plan: smallest, runs };
}
