/** Refuses a plan that needs a missing capability of a backend or a subject, or names an unknown property. */
import type { Backend, Cluster } from '../port/backend.ts';
import { UsageError } from '../errors.ts';
import { capabilityFor, kindNamed, type Fault } from '../faults/fault-registry.ts';
import type { Moment } from '../plan/moment.ts';
import type { Plan } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { requireProperties } from './judgement.ts';

interface WithCapabilities extends Pick<Backend, 'name' | 'capabilities'> {
  /** Why capabilities are missing. */
  because?: string;
}

/**
 * Also refuses a plan that needs a capability which this cluster lacks, although its backend usually has it.
 * @throws UsageError
 */
export function requireOfCluster(
  plan: Plan,
  backend: Backend,
  { missing }: Pick<Cluster, 'missing'>,
  subject: Subject,
): void {
  if (missing === undefined) return;
  const capabilities = new Set([...backend.capabilities].filter((each) => !missing.capabilities.includes(each)));
  requireSupport(plan, { name: backend.name, capabilities, because: missing.because }, subject);
}

/** @throws UsageError */
export function requireSupport(plan: Plan, backend: WithCapabilities, subject: Subject): void {
  requireProperties(plan.properties);
  const missing = missingOf(plan, backend, subject);
  if (missing !== undefined) throw missing;
}

/** The first missing requirement of the plan, as an error. */
export function missingOf(plan: Plan, backend: WithCapabilities, subject: Subject): UsageError | undefined {
  if (plan.topology.replicas > 0 && !backend.capabilities.has('replicas')) {
    return unsupported(backend, 'topology.replicas of the plan', 'replicas');
  }
  if (!backend.capabilities.has('commits') && momentsOf(plan).some(isOfCommit)) {
    return unsupported(backend, 'a moment of the plan', 'commits');
  }
  for (const [at, fault] of plan.faults.entries()) {
    const where = `faults.${at} (${fault.kind}) of the plan`;
    const missing = missingOfSubject(fault, subject, where) ?? missingOfFault(fault, backend, where);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** @param where names the place in the error */
export function missingOfFault(fault: Fault, backend: WithCapabilities, where: string): UsageError | undefined {
  const capability = capabilityFor(fault);
  if (capability === undefined || backend.capabilities.has(capability)) return undefined;
  return unsupported(backend, where, capability);
}

function momentsOf({ generations, observers, faults }: Plan): Moment[] {
  const moments = [
    ...generations.flatMap(({ start, steps }) => [start, ...steps.map(({ when }) => when)]),
    ...observers.map(({ start }) => start),
    ...faults.flatMap((fault) => ('from' in fault ? [fault.from, 'until' in fault ? fault.until : undefined] : [])),
  ];
  return moments.filter((moment) => moment !== undefined);
}

function isOfCommit(moment: Moment): boolean {
  return 'after' in moment && [moment.after].flat().some(({ f }) => f === 'commit');
}

function unsupported(backend: WithCapabilities, where: string, capability: string): UsageError {
  return new UsageError(
    'plan-unsupported',
    `the backend ${backend.name} cannot do what ${where} needs: ${capability}`,
    `${backend.because === undefined ? '' : `${backend.because}; `}it can do: ${[...backend.capabilities].join(', ')}`,
  );
}

/** Checks the capabilities of the application, which do not depend on the backend. */
function missingOfSubject(fault: Fault, subject: Subject, where: string): UsageError | undefined {
  const { subjectNeeds: capability } = kindNamed(fault.kind);
  if (capability === undefined || subject.capabilities?.includes(capability)) return undefined;
  return new UsageError(
    'plan-unsupported',
    `the subject ${subject.name} cannot do what ${where} needs: ${capability}`,
    `it can do: ${subject.capabilities?.join(', ') || 'nothing of this kind'}; a subject of modules can do all of them`,
  );
}
