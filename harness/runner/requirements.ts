/** Refuses a plan that needs a missing capability of a backend or a subject, or names an unknown property. */
import type { Backend, Capability, Cluster } from '../port/backend.ts';
import type { PropertyName } from '../checker/properties.ts';
import { UsageError } from '../errors.ts';
import { capabilityFor, kindNamed, type Fault } from '../faults/fault-registry.ts';
import { cacheAt } from '../plan/cache-plan.ts';
import type { Moment } from '../plan/moment.ts';
import { hasStreams, type Plan } from '../plan/plan.ts';
import type { Subject, SubjectCapability } from '../port/subject.ts';
import { requireProperties } from './judgement.ts';

interface WithCapabilities extends Pick<Backend, 'name' | 'capabilities' | 'lacks' | 'replicasMax'> {
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

/**
 * Whether the subject can be tested on the backend at all.
 * @throws UsageError for an application that is already running, if the backend starts databases of its own, and for one
 *   that is a server, if the backend runs in virtual time
 */
export function requireConnection(backend: Backend, subject: Subject): void {
  const missing = connectionMissing(backend, subject);
  if (missing !== undefined) throw missing;
}

/** Why the subject cannot be tested on the backend at all; `undefined` if it can. */
export function connectionMissing(
  { name, isConnecting, isVirtual }: Backend,
  subject: Subject,
): UsageError | undefined {
  if (subject.isServer === true && isVirtual === true) {
    return new UsageError(
      'subject-is-server',
      `the subject ${subject.name} is a server, whose time is real: the backend ${name} cannot run it`,
      'use --backend embedded, or describe the application by its modules: docs/SUBJECT.md',
    );
  }
  if (subject.runsAt === undefined || isConnecting === true) return undefined;
  return new UsageError(
    'subject-elsewhere',
    `the subject ${subject.name} runs at ${subject.runsAt} with a Supabase of its own, not with the databases of the backend ${name}`,
    'use --on with the environment that the application uses, --backend remote with its Supabase, or let Ratchet start it by its command',
  );
}

/** An application may reach databases that were running before directly, unless their own gateway belongs to the run. */
export function mayPassByGateway({ isConnecting }: Backend, { redirect }: Cluster): boolean {
  return isConnecting === true && redirect === undefined;
}

/** The capabilities of a subject: those that it declares, and those that its table gives. */
export function capabilitiesOf({ capabilities = [], tracked }: Subject): SubjectCapability[] {
  return tracked.generation === undefined ? [...capabilities] : [...capabilities, 'story-rerun'];
}

/** The first missing requirement of the plan, as an error. */
export function missingOf(plan: Plan, backend: WithCapabilities, subject: Subject): UsageError | undefined {
  if (plan.topology.replicas > 0 && !backend.capabilities.has('replicas')) {
    return unsupported(backend, 'topology.replicas of the plan', 'replicas');
  }
  const tooFew = missingReplicas(plan, backend);
  if (tooFew !== undefined) return tooFew;
  if (!backend.capabilities.has('commits') && momentsOf(plan).some(isOfCommit)) {
    return unsupported(backend, 'a moment of the plan', 'commits');
  }
  // The gateway sees no write of an application that has a Supabase of its own.
  const isUnseen = subject.runsAt !== undefined && !backend.capabilities.has('commits');
  if (isUnseen && plan.properties.includes('integrity' satisfies PropertyName)) {
    return unsupported(backend, 'the property integrity, for an application at a URL,', 'commits');
  }
  if (hasStreams(plan) && !backend.capabilities.has('stream')) {
    return unsupported(backend, 'a tab of the plan with a stream', 'stream');
  }
  const rerun = missingRerun(plan, subject);
  if (rerun !== undefined) return rerun;
  if (cacheAt(plan.topology.caches ?? [], 'app') !== undefined) {
    const uncached = missingCapability('data-cache', subject, 'the cache at app in topology.caches of the plan');
    if (uncached !== undefined) return uncached;
  }
  for (const [at, fault] of plan.faults.entries()) {
    const where = `faults.${at} (${fault.kind}) of the plan`;
    const missing = missingOfSubject(fault, subject, where) ?? missingOfFault(fault, backend, where);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingReplicas({ topology }: Plan, { name, replicasMax }: WithCapabilities): UsageError | undefined {
  if (replicasMax === undefined || topology.replicas <= replicasMax) return undefined;
  return new UsageError(
    'plan-unsupported',
    `the plan needs ${topology.replicas} replicas, but the ${name} has ${replicasMax}`,
    `start it with --replicas ${topology.replicas}, or run the plan with --replicas ${replicasMax}`,
  );
}

/** An error if the plan generates a story again, and the subject cannot tell its generations apart. */
export function missingRerun({ generations }: Plan, subject: Subject): UsageError | undefined {
  const stories = generations.map(({ story }) => story);
  const again = stories.findIndex((story, at) => stories.indexOf(story) < at);
  return again < 0 ? undefined : missingCapability('story-rerun', subject, `generations.${again} of the plan`);
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

function unsupported(backend: WithCapabilities, where: string, capability: Capability): UsageError {
  const why = backend.because ?? backend.lacks?.[capability];
  return new UsageError(
    'plan-unsupported',
    `the backend ${backend.name} cannot do what ${where} needs: ${capability}`,
    `${why === undefined ? '' : `${why}; `}it can do: ${[...backend.capabilities].join(', ')}`,
  );
}

/** Checks the capabilities of the application, which do not depend on the backend. */
function missingOfSubject(fault: Fault, subject: Subject, where: string): UsageError | undefined {
  const { subjectNeeds: capability } = kindNamed(fault.kind);
  return capability === undefined ? undefined : missingCapability(capability, subject, where);
}

/** An error if the subject lacks the capability that `where` needs. */
function missingCapability(capability: SubjectCapability, subject: Subject, where: string): UsageError | undefined {
  const available = capabilitiesOf(subject);
  if (available.includes(capability)) return undefined;
  return new UsageError(
    'plan-unsupported',
    `the subject ${subject.name} cannot do what ${where} needs: ${capability}`,
    capability === 'story-rerun'
      ? 'its table has no column for the generation, so values of two generations of a story cannot be told apart'
      : `it can do: ${available.join(', ') || 'nothing of this kind'}; a subject of modules can do all of them`,
  );
}
