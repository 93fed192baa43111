/** The fields of a plan that options override before it runs. */
import { parsePlan, type Plan } from '../plan/plan.ts';
import { requireProperties } from '../runner/judgement.ts';

export interface Overrides {
  /** The properties to judge, instead of those of the plan. */
  properties?: readonly string[];
  /** Number of replicas, instead of that of the plan. */
  replicas?: number;
  /** How reads are distributed, instead of the routing of the plan. */
  routing?: Plan['topology']['routing'];
  /** What may fail to happen in addition to what the plan allows. */
  allows?: Plan['allows'];
}

/** @throws UsageError if the resulting plan is invalid, e.g. lacks a replica that one of its faults names */
export function withOverrides(plan: Plan, { properties, replicas, routing, allows = [] }: Overrides): Plan {
  const topology = {
    ...plan.topology,
    ...(replicas === undefined ? {} : { replicas }),
    ...(routing === undefined ? {} : { routing }),
  };
  const judged = properties === undefined ? plan.properties : [...requireProperties(properties)];
  const allowed = [...new Set([...plan.allows, ...allows])];
  return parsePlan({ ...plan, topology, properties: judged, allows: allowed }, `${plan.scenario} with these options`);
}

/** Whether the plan is unchanged, so that expectations of its verdict apply. */
export function isAsWritten({ properties, replicas, routing }: Overrides): boolean {
  return properties === undefined && replicas === undefined && routing === undefined;
}
