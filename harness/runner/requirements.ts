/** Refuses, by name, a plan that needs what a backend or a subject cannot do, or names what nobody judges. */
import type { Backend, Cluster } from '../port/backend.ts';
import { UsageError } from '../errors.ts';
import { capabilityFor, kindNamed, type Fault } from '../faults/fault-registry.ts';
import type { Moment } from '../plan/moment.ts';
import type { Plan } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { requireProperties } from './judgement.ts';

interface Able extends Pick<Backend, 'name' | 'capabilities'> {
  /** Why it cannot do more. */
  because?: string;
}

/**
 * Also refuses what this cluster does not have, though its backend usually does.
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
export function requireSupport(plan: Plan, backend: Able, subject: Subject): void {
  requireProperties(plan.properties);
  const lack = lackOf(plan, backend, subject);
  if (lack !== undefined) throw lack;
}

/** What the plan needs and is not there. */
export function lackOf(plan: Plan, backend: Able, subject: Subject): UsageError | undefined {
  if (plan.topology.replicas > 0 && !backend.capabilities.has('replicas')) {
    return unsupported(backend, 'topology.replicas of the plan', 'replicas');
  }
  if (!backend.capabilities.has('commits') && momentsOf(plan).some(isOfCommit)) {
    return unsupported(backend, 'a moment of the plan', 'commits');
  }
  for (const [at, fault] of plan.faults.entries()) {
    const where = `faults.${at} (${fault.kind}) of the plan`;
    const lack = lackOfSubject(fault, subject, where) ?? lackOfFault(fault, backend, where);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** @param where what to name in the error */
export function lackOfFault(fault: Fault, backend: Able, where: string): UsageError | undefined {
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

function unsupported(backend: Able, where: string, capability: string): UsageError {
  return new UsageError(
    'plan-unsupported',
    `the backend ${backend.name} cannot do what ${where} needs: ${capability}`,
    `${backend.because === undefined ? '' : `${backend.because}; `}it can do: ${[...backend.capabilities].join(', ')}`,
  );
}

/** What belongs to the application: no backend has it. */
function lackOfSubject(fault: Fault, subject: Subject, where: string): UsageError | undefined {
  const { subjectNeeds: capability } = kindNamed(fault.kind);
  if (capability === undefined || subject.capabilities?.includes(capability)) return undefined;
  return new UsageError(
    'plan-unsupported',
    `the subject ${subject.name} cannot do what ${where} needs: ${capability}`,
    `it can do: ${subject.capabilities?.join(', ') || 'nothing of the kind'}; a subject of modules can do all of it`,
  );
}
