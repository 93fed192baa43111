/** What a plan promises of its run, which is what the run is held to. */
import { properties, type PropertyName } from '../checker/properties.ts';
import type { CheckOptions } from '../checker/verdict.ts';
import type { HistoryHeader } from '../history/event.ts';
import { PlanSchema, type Plan } from '../plan/plan.ts';

export interface AskedByPlan {
  plan: Plan;
  properties: PropertyName[];
  options: CheckOptions;
}

/**
 * What the plan in the header of a run's history asks to be judged, and within which bounds; `undefined` where
 * no plan of ours made the history, or the plan names a property that no checker judges.
 */
export function askedByPlan(header: HistoryHeader | undefined): AskedByPlan | undefined {
  const plan = PlanSchema.safeParse(header?.['plan']);
  if (!plan.success || plan.data.properties.some((name) => !Object.hasOwn(properties, name))) return undefined;
  return { plan: plan.data, properties: plan.data.properties as PropertyName[], options: boundsOf(plan.data) };
}

export function boundsOf({ bounds }: Plan): CheckOptions {
  return bounds.converge_within_ms === undefined ? {} : { convergeWithinMs: bounds.converge_within_ms };
}
