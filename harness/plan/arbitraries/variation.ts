import { applyDeviations, type Deviation } from '../deviations.ts';
import type { Plan } from '../plan.ts';

/** What is explored: a benign plan, and what to change about it. */
export interface Variation {
  base: Plan;
  deviations: readonly Deviation[];
}

export function planOfVariation({ base, deviations }: Variation): Plan {
  return applyDeviations(base, deviations);
}
