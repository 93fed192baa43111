/**
 * Deviations of a plan from a benign one. Deviations are sparse, and each names its actor and an ordinal, never a position
 * in the whole run, so removing a deviation or an actor does not change the meaning of the others.
 */
import { referencesOf, replicaNumber } from '../faults/references.ts';
import {
  actsOnStream,
  deviationOf,
  faultKinds,
  isRequestFault,
  timedKind,
  type Fault,
  type FaultDeviation,
} from '../faults/fault-registry.ts';
import { cacheAt, type CachePlan } from './cache-plan.ts';
import { contradictionOfLibraries, type LibraryPlan } from './library-plan.ts';
import type { GenerationPlan, ObserverPlan, Plan } from './plan.ts';

export type Deviation =
  | { kind: 'fault'; fault: Fault }
  /** A worker takes longer for one of its steps, counted from 1. */
  | { kind: 'stall'; worker: string; step: number; stall_ms: number }
  /** The slow part of a worker's step, counted from 1, throws. */
  | { kind: 'step-error'; worker: string; step: number }
  /** A tab polls at fixed intervals, even if a response is missing. */
  | { kind: 'overlap'; session: string }
  /** A tab does not send the progress that it has seen, like a new device. */
  | { kind: 'forget'; session: string }
  | { kind: 'routing'; routing: Plan['topology']['routing'] }
  /** A story is generated again. */
  | { kind: 'rerun'; generation: GenerationPlan }
  /** An additional tab. */
  | { kind: 'tab'; observer: ObserverPlan }
  /** A cache, instead of the one that the plan has at its place. */
  | { kind: 'cache'; cache: CachePlan }
  /** A tab uses a client library. */
  | { kind: 'library'; session: string; library: LibraryPlan };

const OWN_KINDS = ['stall', 'step-error', 'overlap', 'forget', 'routing', 'rerun', 'tab'] as const;
const OWN_KINDS_IF_NAMED = ['cache', 'library'] as const;
export type DeviationKind = FaultDeviation | (typeof OWN_KINDS | typeof OWN_KINDS_IF_NAMED)[number];

const drawings = faultKinds.flatMap(({ draw = {} }) => Object.entries(draw));
/** Those that occur only in a range that names them. */
export const kindsIfNamed: readonly DeviationKind[] = [
  ...drawings.flatMap(([name, { onlyIfNamed }]) => (onlyIfNamed === true ? [name as FaultDeviation] : [])),
  ...OWN_KINDS_IF_NAMED,
];
/** Those of the plan space. */
export const deviationKinds: readonly DeviationKind[] = [
  ...drawings.map(([name]) => name as FaultDeviation).filter((name) => !kindsIfNamed.includes(name)),
  ...OWN_KINDS,
];
/** The kinds that the range of a scenario has by default; the plan space has all. */
export const ordinaryKinds: readonly DeviationKind[] = deviationKinds.filter(
  (kind) =>
    kind !== 'step-error' && !drawings.some(([name, drawing]) => name === kind && drawing.notInScenarios === true),
);

/** The name by which a deviation is allowed, counted and printed. */
export function kindOf(deviation: Deviation): DeviationKind {
  if (deviation.kind !== 'fault') return deviation.kind;
  return deviationOf(deviation.fault);
}

/**
 * Applies deviations to a benign plan. Of two deviations with the same target, the first counts; one whose actor does not
 * exist has no effect.
 */
export function applyDeviations(base: Plan, deviations: readonly Deviation[]): Plan {
  const plan: Plan = { ...base, generations: [...base.generations], observers: [...base.observers], faults: [] };
  const taken = new Set<string>();
  for (const actor of [...base.generations, ...base.observers]) taken.add(nameOf(actor));
  // Actors first: deviations that apply to them may precede them in the list.
  const [actors, others] = partition(deviations, ({ kind }) => kind === 'rerun' || kind === 'tab');
  for (const deviation of [...actors, ...others]) if (claim(taken, deviation)) apply(plan, deviation);
  plan.faults = [...base.faults, ...plan.faults].filter((fault) => isPossible(plan, fault));
  return plan;
}

function nameOf(actor: GenerationPlan | ObserverPlan): string {
  return 'worker' in actor ? actor.worker : actor.session;
}

/** Whether no earlier deviation has claimed the same target. */
function claim(taken: Set<string>, deviation: Deviation): boolean {
  const targets = targetsOf(deviation);
  if (targets.some((target) => taken.has(target))) return false;
  for (const target of targets) taken.add(target);
  return true;
}

function targetsOf(deviation: Deviation): string[] {
  switch (deviation.kind) {
    case 'stall':
      return [`stall of ${deviation.worker} ${deviation.step}`];
    case 'step-error':
      return [`error of ${deviation.worker} ${deviation.step}`];
    case 'overlap':
    case 'forget':
      return [`${deviation.kind} of ${deviation.session}`];
    case 'routing':
      return ['routing'];
    case 'cache':
      return [`cache at ${deviation.cache.at}`];
    case 'library':
      return [`library of ${deviation.session}`];
    case 'rerun':
      return [deviation.generation.worker];
    case 'tab':
      return [deviation.observer.session];
    case 'fault':
      return targetsOfFault(deviation.fault);
  }
}

function targetsOfFault(fault: Fault): string[] {
  if (isRequestFault(fault)) {
    const { actor, method, nth } = fault.match;
    const place = 'at' in fault.match && fault.match.at === 'edge' ? 'request at the edge' : 'request';
    return [`${place} ${actor} ${method} ${nth}`];
  }
  const claims = timedKind(fault).claims?.(fault);
  if (claims !== undefined) return claims;
  const { nodes, instances, actors } = referencesOf(fault);
  return [`${fault.kind} of ${[...actors, ...nodes, ...instances].join(' ')}`];
}

function apply(plan: Plan, deviation: Deviation): void {
  switch (deviation.kind) {
    case 'fault':
      plan.faults.push(deviation.fault);
      break;
    case 'routing':
      plan.topology = { ...plan.topology, routing: deviation.routing };
      break;
    case 'cache':
      plan.topology = { ...plan.topology, caches: withCache(plan.topology.caches ?? [], deviation.cache) };
      break;
    case 'library':
      changeObserver(plan, deviation.session, { library: deviation.library });
      break;
    case 'rerun':
      plan.generations.push(deviation.generation);
      break;
    case 'tab':
      plan.observers.push(deviation.observer);
      break;
    case 'overlap':
      changeObserver(plan, deviation.session, { polling: 'interval' });
      break;
    case 'forget':
      changeObserver(plan, deviation.session, { expects: 'none' });
      break;
    case 'stall':
      changeStep(plan, deviation, (step) => ({ ...step, after_ms: step.after_ms + deviation.stall_ms }));
      break;
    case 'step-error':
      changeStep(plan, deviation, (step) => ({ ...step, throws: true }));
      break;
  }
}

function withCache(caches: readonly CachePlan[], cache: CachePlan): CachePlan[] {
  return [...caches.filter(({ at }) => at !== cache.at), cache];
}

function changeObserver(plan: Plan, session: string, change: Partial<ObserverPlan>): void {
  plan.observers = plan.observers.map((each) => (each.session === session ? { ...each, ...change } : each));
}

type Step = GenerationPlan['steps'][number];

function changeStep(plan: Plan, place: { worker: string; step: number }, change: (step: Step) => Step): void {
  plan.generations = plan.generations.map((each) =>
    each.worker === place.worker
      ? { ...each, steps: each.steps.map((step, at) => (at === place.step - 1 ? change(step) : step)) }
      : each,
  );
}

function isPossible(plan: Plan, fault: Fault): boolean {
  const { nodes, instances, actors, stories, sessions, caches, pop } = referencesOf(fault);
  if (actsOnStream(fault) && !plan.observers.some(hasStream(sessions))) return false;
  const places = plan.topology.caches ?? [];
  const names = new Set([...plan.generations, ...plan.observers].map(nameOf));
  return (
    nodes.every((node) => replicaNumber(node) <= plan.topology.replicas) &&
    contradictionOfLibraries(plan.observers, [fault]) === undefined &&
    caches.every((place) => places.some(({ at }) => at === place)) &&
    (pop === undefined || pop <= (cacheAt(places, 'edge')?.pops ?? 0)) &&
    instances.every((number) => number <= plan.topology.instances) &&
    actors.every((actor) => names.has(actor)) &&
    stories.every((name) => [...plan.generations, ...plan.observers].some(({ story }) => story === name))
  );
}

function hasStream(sessions: readonly string[]): (observer: ObserverPlan) => boolean {
  return ({ session, channel }) => channel !== 'poll' && (sessions.length === 0 || sessions.includes(session));
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
