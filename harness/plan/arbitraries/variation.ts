import { applyDeviations, type Deviation } from '../deviations.ts';
import type { Allowance, Plan } from '../plan.ts';

/** A benign plan and the deviations from it. */
export interface Variation {
  base: Plan;
  deviations: readonly Deviation[];
}

/** A drawn fault may miss its moment, and a worker may give up because of one. */
const DRAWN: readonly Allowance[] = ['fault-unused', 'workers-gave-up'];

export function planOfVariation({ base, deviations }: Variation): Plan {
  const plan = applyDeviations(base, deviations);
  return { ...plan, allows: [...new Set([...plan.allows, ...DRAWN])] };
}
