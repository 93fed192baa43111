/** What a call changes in a plan before it runs. */
import { parsePlan, type Plan } from '../plan/plan.ts';
import { requireProperties } from '../runner/judgement.ts';

export interface Overrides {
  /** What to judge, instead of what the plan says. */
  properties?: readonly string[];
  /** Number of replicas, instead of what the plan says. */
  replicas?: number;
  /** How reads are spread, instead of what the plan says. */
  routing?: Plan['topology']['routing'];
}

/** @throws UsageError when the plan contradicts itself then, e.g. lacks a replica that one of its faults names */
export function withOverrides(plan: Plan, { properties, replicas, routing }: Overrides): Plan {
  const topology = {
    ...plan.topology,
    ...(replicas === undefined ? {} : { replicas }),
    ...(routing === undefined ? {} : { routing }),
  };
  const judged = properties === undefined ? plan.properties : [...requireProperties(properties)];
  return parsePlan({ ...plan, topology, properties: judged }, `${plan.scenario} with these flags`);
}

/** Whether the plan is still the one of which something is expected. */
export function isAsWritten({ properties, replicas, routing }: Overrides): boolean {
  return properties === undefined && replicas === undefined && routing === undefined;
}
