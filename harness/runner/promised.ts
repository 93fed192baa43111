/** The properties and bounds by which a plan wants its run to be judged. */
import { properties, type PropertyName } from '../checker/properties.ts';
import type { CheckOptions } from '../checker/verdict.ts';
import type { HistoryHeader } from '../history/event.ts';
import { PlanSchema, type Plan } from '../plan/plan.ts';
import { definedFields } from '../defined-fields.ts';

export interface RequestedByPlan {
  plan: Plan;
  properties: PropertyName[];
  options: CheckOptions;
}

/**
 * The properties and bounds of the plan in the header of a history; `undefined` if the header has no valid plan, or the
 * plan names an unknown property.
 */
export function requestedByPlan(header: HistoryHeader | undefined): RequestedByPlan | undefined {
  const plan = PlanSchema.safeParse(header?.['plan']);
  if (!plan.success || plan.data.properties.some((name) => !Object.hasOwn(properties, name))) return undefined;
  return { plan: plan.data, properties: plan.data.properties as PropertyName[], options: boundsOf(plan.data) };
}

export function boundsOf({ bounds }: Plan): CheckOptions {
  return definedFields({
    convergeWithinMs: bounds.converge_within_ms,
    minAvailability: bounds.min_availability,
    maxLatencyMs: bounds.latency_ms_max,
    finalLookAnswered: bounds.final_look_answered,
  });
}
