/**
 * After fast-check has shrunk a plan: takes away what it could not, because other parts of the plan count on it. Each
 * cut mends what it leaves behind: the ordinals of later requests, the generations that other parts name.
 */
import { cuts } from '../plan/cuts.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Cuts the plan down as long as it fails.
 * @param fails whether a plan still goes wrong in the same way
 * @param runsMax how many plans may be tried
 */
export function minimise(plan: Plan, fails: (plan: Plan) => boolean, runsMax: number): { plan: Plan; runs: number } {
  let smallest = plan;
  let runs = 0;
  let from = 0;
  // After a cut that succeeded the search goes on behind it, and around once more, until a whole round brings nothing.
  for (let idle = 0; runs < runsMax;) {
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
