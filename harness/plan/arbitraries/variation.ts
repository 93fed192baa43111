import { applyDeviations, type Deviation } from '../deviations.ts';
import type { Plan } from '../plan.ts';

/** A benign plan and the deviations from it. */
export interface Variation {
  base: Plan;
  deviations: readonly Deviation[];
}

export function planOfVariation({ base, deviations }: Variation): Plan {
  return applyDeviations(base, deviations);
}
