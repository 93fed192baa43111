/** Refuses, by name, a plan that needs what a backend cannot do or names what nobody judges. */
import type { Backend, Cluster } from '../backend/backend.ts';
import { UsageError } from '../errors.ts';
import { requiredCapability } from '../nemesis/faults.ts';
import type { Fault } from '../plan/faults.ts';
import type { Moment } from '../plan/moment.ts';
import type { Plan } from '../plan/plan.ts';
import { requireProperties } from './judgement.ts';

interface Able extends Pick<Backend, 'name' | 'capabilities'> {
  /** Why it cannot do more. */
  because?: string;
}

/**
 * What a cluster turned out to lack counts, too.
 * @throws UsageError
 */
export function requireOfCluster(plan: Plan, backend: Backend, { lacks }: Pick<Cluster, 'lacks'>): void {
  if (lacks === undefined) return;
  const capabilities = new Set([...backend.capabilities].filter((each) => !lacks.capabilities.includes(each)));
  requireSupport(plan, { name: backend.name, capabilities, because: lacks.because });
}

/** @throws UsageError */
export function requireSupport(plan: Plan, backend: Able): void {
  requireProperties(plan.properties);
  if (plan.topology.replicas > 0 && !backend.capabilities.has('replicas')) {
    throw unsupported(backend, 'topology.replicas of the plan', 'replicas');
  }
  if (!backend.capabilities.has('commits') && momentsOf(plan).some(isOfCommit)) {
    throw unsupported(backend, 'a moment of the plan', 'commits');
  }
  for (const [at, fault] of plan.faults.entries()) {
    requireFault(fault, backend, `faults.${at} (${fault.kind}) of the plan`);
  }
}

/**
 * @param where what to name in the error
 * @throws UsageError
 */
export function requireFault(fault: Fault, backend: Able, where: string): void {
  const capability = requiredCapability(fault);
  if (!backend.capabilities.has(capability)) throw unsupported(backend, where, capability);
}

function momentsOf({ generations, observers, faults }: Plan): Moment[] {
  const moments = [
    ...generations.flatMap(({ start, steps }) => [start, ...steps.map(({ when }) => when)]),
    ...observers.map(({ start }) => start),
    ...faults.flatMap((fault) => ('from' in fault ? [fault.from, fault.until] : [])),
  ];
  return moments.filter((moment) => moment !== undefined);
}

function isOfCommit(moment: Moment): boolean {
  return 'after' in moment && [moment.after].flat().some(({ f }) => f === 'commit');
}

function unsupported(backend: Able, where: string, capability: string): UsageError {
  return new UsageError(
    'plan-unsupported',
    `the backend ${backend.name} cannot do what ${where} needs: ${capability}`,
    `${backend.because === undefined ? '' : `${backend.because}; `}it can do: ${[...backend.capabilities].join(', ')}`,
  );
}
