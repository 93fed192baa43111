/** What flags change in a plan before it runs. */
import { parsePlan, type Plan } from '../plan/plan.ts';
import { requireProperties } from '../runner/judgement.ts';
import type { RunFlags } from './options.ts';

/** @throws UsageError when the plan contradicts itself then, e.g. lacks a replica that one of its faults names */
export function withFlags(plan: Plan, { property, replicas, routing }: RunFlags): Plan {
  const topology = {
    ...plan.topology,
    ...(replicas === undefined ? {} : { replicas }),
    ...(routing === undefined ? {} : { routing }),
  };
  const properties = property === undefined ? plan.properties : [...requireProperties(property)];
  return parsePlan({ ...plan, topology, properties }, `${plan.scenario} with these flags`);
}

/** Whether the plan is still the one of which the scenario expects something. */
export function isAsWritten({ property, replicas, routing }: RunFlags): boolean {
  return property === undefined && replicas === undefined && routing === undefined;
}
