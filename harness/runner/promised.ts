/** What a plan promises of its run, which is what the run is held to. */
import { properties, type PropertyName } from '../checker/properties.ts';
import type { CheckOptions } from '../checker/verdict.ts';
import type { HistoryHeader } from '../history/event.ts';
import { PlanSchema, type Plan } from '../plan/plan.ts';

/**
 * What the plan in the header of a run's history asks to be judged, and within which bounds; `undefined` where
 * no plan of ours made the history, or the plan names what nobody judges.
 */
export function askedByPlan(
  header: HistoryHeader | undefined,
): { properties: PropertyName[]; options: CheckOptions } | undefined {
  const plan = PlanSchema.safeParse(header?.['plan']);
  if (!plan.success || plan.data.properties.some((name) => !Object.hasOwn(properties, name))) return undefined;
  return { properties: plan.data.properties as PropertyName[], options: boundsOf(plan.data) };
}

export function boundsOf({ bounds }: Plan): CheckOptions {
  return bounds.converge_within_ms === undefined ? {} : { convergeWithinMs: bounds.converge_within_ms };
}
