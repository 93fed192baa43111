/** Shrinks a find: first to the story and the session that it is about, then part by part. */
import { worstOf, type Violation } from '../checker/verdict.ts';
import { isRequestFault, type Fault } from '../faults/fault-registry.ts';
import type { HistoryEvent } from '../history/event.ts';
import { valueId } from '../history/order.ts';
import { onlyStory, onlyWith, PACE_MS } from '../plan/cuts.ts';
import type { GenerationPlan, Plan } from '../plan/plan.ts';
import { firstOf, itemAt } from '../required.ts';
import { minimise } from './minimise.ts';
import type { Find } from './search.ts';
import { decisiveGlobals } from './surviving-state.ts';
import {
  failsSteadily,
  failureTest,
  STEADY,
  steadiness,
  tryPlan,
  type FailureTest,
  type Simulate,
  type Trial,
} from './trial.ts';

export interface Shrunk {
  plan: Plan;
  /** Number of plans tried, without their other timings. */
  runs: number;
  /** The number of other timings under which it also fails. */
  steadiness: number;
  /** The global variables that an earlier run has left, and without which the plan does not fail. */
  surviving?: readonly string[];
}

export interface ShrinkOptions {
  simulate: Simulate;
  /** The global variables that the search has added to this process. */
  addedGlobals(): readonly string[];
  /** Whether the time is used up: the result so far counts. */
  isOverdue(): boolean;
  /** Called with every smaller plan that is found. */
  onSmaller(plan: Plan): void;
  /** Whether a plan that fails counts. Default: each does. */
  isEvidence?: ((plan: Plan) => boolean) | undefined;
}

/** Maximum number of plans to try. */
const RUNS_MAX = 3_000;

/**
 * Shrinks a find as far as possible. If the result fails under fewer timings than the find did, shrinks it again so that
 * every smaller plan fails under as many, because real databases do not reproduce the exact timing of a simulation.
 */
export function shrink(find: Find, options: ShrinkOptions): Shrunk {
  const { simulate, addedGlobals, isOverdue, isEvidence } = options;
  const { failing, plan } = find;
  const fails = failureTest(failing, simulate, isEvidence);
  if (failing.kind !== 'violation') {
    const { plans, runs } = shrinkWhile(find, fails, 0, options);
    return { plan: lastOf(plans), runs, steadiness: 0 };
  }
  const surviving = decisiveGlobals(addedGlobals(), () => holdsCompletely(find, simulate));
  if (surviving.length > 0) return { plan, runs: surviving.length, steadiness: 0, surviving };
  const shrunk = (plans: readonly Plan[], runs: number): Shrunk => {
    const smallest = lastOf(plans);
    return { plan: smallest, runs, steadiness: steadiness(fails, smallest) };
  };
  const { plans, runs } = shrinkWhile(find, fails, 0, options);
  const least = shrunk(plans, runs);
  if (least.steadiness >= STEADY || isOverdue()) return least;
  const atLeast = steadiness(fails, firstOf(plans));
  if (atLeast <= least.steadiness) return least;
  const steady = lastThat(plans, (each) => failsSteadily(fails, each, atLeast));
  const further = shrinkWhile({ ...find, plan: steady }, fails, atLeast, options);
  return shrunk(further.plans, runs + further.runs);
}

/** Plans that fail, each smaller than the one before it. The first is cut to the story and the session of the violation, if it can be. */
function shrinkWhile(
  { failing, plan: found }: Find,
  test: FailureTest,
  steadyUnder: number,
  { simulate, isOverdue, onSmaller }: ShrinkOptions,
): { plans: Plan[]; runs: number } {
  const tried = new Set<string>();
  const fails = (plan: Plan): boolean => {
    tried.add(JSON.stringify(plan));
    const isFailing = failsSteadily(test, plan, steadyUnder);
    if (isFailing) onSmaller(plan);
    return isFailing;
  };
  const plans: Plan[] = [];
  let trial: Trial | undefined;
  for (const next of [focused, withExplicitRoute, withoutLaterSteps, quicker]) {
    if (failing.kind !== 'violation' || isOverdue()) break;
    const plan = plans.at(-1) ?? found;
    trial ??= tryPlan({ ...plan, properties: [failing.what] }, simulate);
    const smaller = next(plan, trial).find(fails);
    if (smaller !== undefined) trial = undefined;
    plans.push(smaller ?? plan);
  }
  if (plans.length === 0) plans.push(found);
  minimise(lastOf(plans), (each) => fails(each) && plans.push(each) > 0, RUNS_MAX, isOverdue);
  return { plans, runs: tried.size };
}

/** The last plan for which it is true, found by bisection, if it is for none after one for which it is not. */
function lastThat(plans: readonly Plan[], isSo: (plan: Plan) => boolean): Plan {
  let [from, to] = [0, plans.length - 1];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (isSo(itemAt(plans, middle))) from = middle;
    else to = middle - 1;
  }
  return itemAt(plans, from);
}

function lastOf(plans: readonly Plan[]): Plan {
  return itemAt(plans, plans.length - 1);
}

function holdsCompletely({ plan, failing }: Find, simulate: Simulate): boolean {
  const { outcome, judgement } = tryPlan({ ...plan, properties: [failing.what] }, simulate);
  return outcome.incomplete === undefined && judgement.valid === true;
}

/**
 * The plan with only the story of the violation, without and with the other sessions; and the first with the faults that
 * refer to other stories.
 */
function focused(plan: Plan, trial: Trial): Plan[] {
  const violation = violationOf(trial);
  if (violation === undefined) return [];
  const { key, session } = violation;
  const ofSession = (ofStory: Plan): Plan =>
    onlyWith(ofStory, (actor) => !('session' in actor) || actor.session === session);
  const ofStory = onlyWith(plan, (actor) => actor.story === key);
  return [ofSession(ofStory), ofSession(onlyStory(plan, key)), ofStory].filter(
    ({ generations }) => generations.length > 0,
  );
}

/**
 * If turns of the load balancer sent the violating read to a replica: the plan in which a fault does, and every other read
 * goes to the primary. The read's number among the requests is near its number among the reads.
 */
function withExplicitRoute(plan: Plan, trial: Trial): Plan[] {
  const violation = violationOf(trial);
  const { events } = trial.outcome.history;
  const { routing } = plan.topology;
  if (violation === undefined || (routing !== 'round-robin' && routing !== 'sticky')) return [];
  const read = readOf(events[violation.events.at(-1) ?? 0], events);
  const to = read?.['served_by'];
  if (read === undefined || typeof to !== 'string' || to === 'primary') return [];
  const { session } = read;
  if (!plan.observers.some((each) => each.session === session)) return [];
  const isBefore = (event: HistoryEvent): boolean =>
    event.f === 'read' && event.type === 'invoke' && event.session === session && event.index < read.index;
  const count = events.filter(isBefore).length;
  const ordinals = [0, -1, 1, -2, 2].map((offset) => count + offset).filter((nth) => nth >= 1);
  return ordinals.map((nth) => routed(plan, { actor: String(session), nth }, to));
}

/**
 * The plan without the steps that are committed only after the violation, except the last one: its runs are shorter. Half as many
 * as before it stay, so that the run does not end before the violation under another timing.
 */
function withoutLaterSteps(plan: Plan, trial: Trial): Plan[] {
  const end = violationOf(trial)?.events.at(-1);
  if (end === undefined) return [];
  const before = trial.outcome.history.events.slice(0, end).filter(({ f }) => f === 'commit');
  const committed = new Set(before.map(({ key, value }) => `${key} ${valueId(value ?? null)}`));
  const generations = plan.generations.map((generation): GenerationPlan => {
    const { story, steps } = generation;
    const number = 1 + plan.generations.filter((each) => each.story === story).indexOf(generation);
    const isCommitted = ({ progress }: { progress: number }): boolean =>
      committed.has(`${story} ${valueId({ generation: number, progress })}`);
    const kept = Math.ceil(steps.filter(isCommitted).length * 1.5);
    return { ...generation, steps: steps.filter((_, at) => at < kept || at === steps.length - 1) };
  });
  const hasLess = generations.some(({ steps }, at) => steps.length < itemAt(plan.generations, at).steps.length);
  return hasLess ? [{ ...plan, generations }] : [];
}

/**
 * The plans whose steps take a part of their time, while the polls that faults match come earlier by as much. A shorter run is
 * faster to try, and to confirm in real time.
 */
function quicker(plan: Plan): Plan[] {
  return [8, 4, 2].map((times): Plan => {
    const generations = plan.generations.map((generation) => ({
      ...generation,
      steps: generation.steps.map((step) => ({
        ...step,
        after_ms: Math.max(Math.min(step.after_ms, PACE_MS), Math.ceil(step.after_ms / times)),
      })),
    }));
    const tabs = new Set<string | undefined>(plan.observers.map(({ session }) => session));
    const faults = plan.faults.map((fault): Fault => {
      if (!isRequestFault(fault) || fault.match.nth === undefined || !tabs.has(fault.match.actor)) return fault;
      const nth = 1 + Math.round((fault.match.nth - 1) / times);
      return { ...fault, match: { ...fault.match, nth } } as Fault;
    });
    return { ...plan, generations, faults };
  });
}

function routed(plan: Plan, match: { actor: string; nth: number }, to: string): Plan {
  const route: Fault = { kind: 'http-route', match: { ...match, method: 'GET' }, to } as Fault;
  const topology: Plan['topology'] = { ...plan.topology, routing: 'primary-only', sticky_ms: 0 };
  return { ...plan, topology, faults: [...plan.faults, route] };
}

function readOf(event: HistoryEvent | undefined, events: readonly HistoryEvent[]): HistoryEvent | undefined {
  if (event?.f !== 'show') return event?.f === 'read' ? event : undefined;
  return typeof event['read'] === 'number' ? events[event['read']] : undefined;
}

function violationOf({ judgement }: Trial): Violation | undefined {
  const violated = judgement.verdicts.find(({ valid }) => valid === false);
  return violated === undefined ? undefined : worstOf(violated);
}
