/**
 * What sets a plan apart from a benign one. Deviations are sparse and each names its actor and an ordinal, never a
 * position in the whole run: so one can be taken away, or an actor removed, and the others mean what they meant.
 */
import type { Fault } from './faults.ts';
import type { GenerationPlan, ObserverPlan, Plan } from './plan.ts';

export type Deviation =
  | { kind: 'fault'; fault: Fault }
  /** A worker takes longer for one of its steps, counted from 1. */
  | { kind: 'stall'; worker: string; step: number; stall_ms: number }
  /** A tab polls on time, though an answer is missing. */
  | { kind: 'overlap'; session: string }
  /** A tab does not tell what it has seen, as a new device. */
  | { kind: 'forget'; session: string }
  | { kind: 'routing'; routing: Plan['topology']['routing'] }
  /** A story is generated again. */
  | { kind: 'rerun'; generation: GenerationPlan }
  /** One more tab. */
  | { kind: 'tab'; observer: ObserverPlan };

export const deviationKinds = [
  'http-route',
  'lag-exact',
  'lag-timed',
  'out-of-rotation',
  'outage',
  'promotion',
  'clock-skew',
  'http-delay',
  'http-lose-response',
  'http-drop',
  'http-error',
  'stall',
  'overlap',
  'forget',
  'routing',
  'rerun',
  'tab',
] as const;
/** What is drawn unless a range names its kinds: a database that loses what it has acknowledged is asked for by name. */
export const ordinaryKinds: readonly DeviationKind[] = deviationKinds.filter((kind) => kind !== 'promotion');
export type DeviationKind = (typeof deviationKinds)[number];

/** By what name a deviation is allowed, counted and printed. */
export function kindOf(deviation: Deviation): DeviationKind {
  if (deviation.kind !== 'fault') return deviation.kind;
  const { fault } = deviation;
  return fault.kind === 'lag' ? (fault.mode === 'exact' ? 'lag-exact' : 'lag-timed') : fault.kind;
}

/**
 * The plan that the deviations make of a benign one. Of two that act on the same thing the first counts; one
 * whose actor does not exist does nothing.
 */
export function applyDeviations(base: Plan, deviations: readonly Deviation[]): Plan {
  const plan: Plan = { ...base, generations: [...base.generations], observers: [...base.observers], faults: [] };
  const taken = new Set<string>();
  for (const actor of [...base.generations, ...base.observers]) taken.add(nameOf(actor));
  // Actors first: what befalls them may stand before them in the list.
  const [actors, others] = partition(deviations, ({ kind }) => kind === 'rerun' || kind === 'tab');
  for (const deviation of [...actors, ...others]) if (claim(taken, deviation)) apply(plan, deviation);
  plan.faults = [...base.faults, ...plan.faults].filter((fault) => isPossible(plan, fault));
  return plan;
}

function nameOf(actor: GenerationPlan | ObserverPlan): string {
  return 'worker' in actor ? actor.worker : actor.session;
}

/** Whether nothing before has claimed the same thing. */
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
    case 'overlap':
    case 'forget':
      return [`${deviation.kind} of ${deviation.session}`];
    case 'routing':
      return ['routing'];
    case 'rerun':
      return [deviation.generation.worker];
    case 'tab':
      return [deviation.observer.session];
    case 'fault':
      return targetsOfFault(deviation.fault);
  }
}

function targetsOfFault(fault: Fault): string[] {
  if ('match' in fault) return [`request ${fault.match.actor} ${fault.match.method} ${fault.match.nth}`];
  // The primary can be lost once, and to a replica that is there.
  if (fault.kind === 'promotion') return ['primary', `outage of ${fault.replica}`];
  if (fault.kind === 'clock-skew') return [`clock of instance ${fault.instance}`];
  return [`${fault.kind} of ${fault.replica}`];
}

function apply(plan: Plan, deviation: Deviation): void {
  switch (deviation.kind) {
    case 'fault':
      plan.faults.push(deviation.fault);
      break;
    case 'routing':
      plan.topology = { ...plan.topology, routing: deviation.routing };
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
      plan.generations = plan.generations.map((each) =>
        each.worker === deviation.worker ? stall(each, deviation) : each,
      );
      break;
  }
}

function changeObserver(plan: Plan, session: string, change: Partial<ObserverPlan>): void {
  plan.observers = plan.observers.map((each) => (each.session === session ? { ...each, ...change } : each));
}

function stall(
  generation: GenerationPlan,
  { step, stall_ms: stallMs }: Extract<Deviation, { kind: 'stall' }>,
): GenerationPlan {
  const steps = generation.steps.map((each, at) =>
    at === step - 1 ? { ...each, after_ms: each.after_ms + stallMs } : each,
  );
  return { ...generation, steps };
}

function isPossible(plan: Plan, fault: Fault): boolean {
  const node = 'replica' in fault ? fault.replica : 'to' in fault ? fault.to : 'primary';
  if (node !== 'primary' && Number(node.slice('replica-'.length)) > plan.topology.replicas) return false;
  if ('instance' in fault && fault.instance > plan.topology.instances) return false;
  return (
    !('match' in fault) || [...plan.generations, ...plan.observers].some((actor) => nameOf(actor) === fault.match.actor)
  );
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
