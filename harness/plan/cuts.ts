/** Every way to make a plan slightly smaller or more benign, the largest cuts first. */
import type { RequestMatch } from '../faults/fields.ts';
import { referencesOf, replicaNumber, withReferences } from '../faults/references.ts';
import {
  actsOnStream,
  isRequestFault,
  kindNamed,
  timedKind,
  type Fault,
  type TimedFault,
} from '../faults/fault-registry.ts';
import { itemAt, required } from '../required.ts';
import { contradictionOfLibraries } from './library-plan.ts';
import type { Moment } from './moment.ts';
import { hasStreams, type GenerationPlan, type ObserverPlan, type Plan } from './plan.ts';

export function* cuts(plan: Plan): Generator<Plan> {
  const stories = new Set([...plan.generations, ...plan.observers].map(({ story }) => story));
  if (stories.size > 1) {
    for (const story of stories) {
      yield* valid(withoutStory(plan, story));
      const other = required(
        [...stories].find((each) => each !== story),
        'another story',
      );
      const moved = withVersionsMoved(plan, (key) => key === story, other);
      yield* valid(withoutStory(moved, story));
    }
  }
  for (const { session } of plan.observers) yield* valid(withoutActors(plan, new Set([session])));
  for (const generation of plan.generations) yield* withoutGeneration(plan, generation);
  for (const generation of plan.generations) yield* withStepsBefore(plan, generation);
  for (const fault of plan.faults) yield { ...plan, faults: plan.faults.filter((each) => each !== fault) };
  yield* smallerTopologies(plan);
  if (plan.watch_on_ms > 0) yield { ...plan, watch_on_ms: 0 };
  for (const generation of plan.generations) yield* smallerGenerations(plan, generation);
  for (const observer of plan.observers) yield* smallerObservers(plan, observer);
  yield* earlierRequests(plan);
  yield* smallerFaults(plan);
}

/** The plan without the other actors, and without the faults that apply to them. */
export function onlyWith(plan: Plan, isKept: (actor: GenerationPlan | ObserverPlan) => boolean): Plan {
  const others = [...plan.generations, ...plan.observers].filter((actor) => !isKept(actor)).map(nameOf);
  return withoutActors(plan, new Set(others));
}

/** The same, but faults that refer to versions of other stories refer to the beginning of this one instead, and stay. */
export function onlyStory(plan: Plan, story: string): Plan {
  const moved = withVersionsMoved(plan, (key) => key !== story, story);
  return onlyWith(moved, (actor) => actor.story === story);
}

/** What refers to versions of the stories refers to the beginning of another one. */
function withVersionsMoved(plan: Plan, isMoved: (story: string) => boolean, to: string): Plan {
  return renamed(plan, (version) => (isMoved(version.key) ? { key: to, generation: 1, progress: 0 } : version));
}

function* valid(plan: Plan): Generator<Plan> {
  if (plan.generations.length > 0) yield plan;
}

function withoutStory(plan: Plan, story: string): Plan {
  return onlyWith(plan, (actor) => actor.story !== story);
}

function withoutActors(plan: Plan, names: ReadonlySet<string>): Plan {
  const generations = plan.generations.filter(({ worker }) => !names.has(worker));
  const observers = plan.observers.filter(({ session }) => !names.has(session));
  const stories = new Set([...generations, ...observers].map(({ story }) => story));
  const faults = plan.faults.filter((fault) => {
    const named = referencesOf(fault);
    if (actsOnStream(fault) && !hasStreams({ observers })) return false;
    return !named.actors.some((actor) => names.has(actor)) && named.stories.every((story) => stories.has(story));
  });
  return { ...plan, generations, observers, faults };
}

/**
 * The plan without the generation; the same with requests of its tabs that are earlier by about as much as it lasted; and with a
 * last generation that lasts longer by as much, since faults last until all generations are over.
 */
function* withoutGeneration(plan: Plan, generation: GenerationPlan): Generator<Plan> {
  const shorter = withGenerationRemoved(plan, generation);
  const last = shorter.generations.at(-1);
  if (last === undefined) return;
  yield shorter;
  const lastsMs = generation.steps.reduce((sum, step) => sum + step.after_ms, 0);
  for (const byMs of [lastsMs, lastsMs + POLL_MS, lastsMs / 2]) yield withEarlierPolls(shorter, generation.story, byMs);
  const steps = last.steps.map((step, at) =>
    at === last.steps.length - 1 ? { ...step, after_ms: Math.min(step.after_ms + lastsMs, 3_600_000) } : step,
  );
  yield { ...shorter, generations: [...shorter.generations.slice(0, -1), { ...last, steps }] };
}

/** The plan in which the generation before takes over the steps, if its progress is less. */
function* withStepsBefore(plan: Plan, { worker, story, steps, outcome }: GenerationPlan): Generator<Plan> {
  const own = plan.generations.filter((each) => each.story === story);
  const number = own.findIndex((each) => each.worker === worker) + 1;
  const before = own[number - 2];
  if (before === undefined || itemAt(before.steps, before.steps.length - 1).progress >= itemAt(steps, 0).progress)
    return;
  const longer = { ...before, steps: [...before.steps, ...steps], outcome };
  const merged = withoutActors(plan, new Set([worker]));
  const generations = merged.generations.map((each) => (each === before ? longer : each));
  yield renamed({ ...merged, generations }, (version) =>
    version.key === story && version.generation >= number
      ? { ...version, generation: version.generation - 1 }
      : version,
  );
}

function withEarlierPolls(plan: Plan, story: string, byMs: number): Plan {
  const everyMs = new Map(
    plan.observers.filter((tab) => tab.story === story).map((tab) => [tab.session, tab.every_ms]),
  );
  const faults = plan.faults.map((fault): Fault => {
    const every = isRequestFault(fault) ? everyMs.get(fault.match.actor) : undefined;
    if (!isRequestFault(fault) || fault.match.nth === undefined || every === undefined) return fault;
    const nth = Math.max(1, fault.match.nth - Math.floor(byMs / every));
    return { ...fault, match: { ...fault.match, nth } } as Fault;
  });
  return { ...plan, faults };
}

/** Renumbers the later generations of the story. References to the removed one change to an adjacent generation. */
function withGenerationRemoved(plan: Plan, { worker, story }: GenerationPlan): Plan {
  const own = plan.generations.filter((each) => each.story === story);
  const number = own.findIndex((each) => each.worker === worker) + 1;
  return renamed(withoutActors(plan, new Set([worker])), (version) => {
    if (version.key !== story || version.generation < number) return version;
    if (version.generation > number) return { ...version, generation: version.generation - 1 };
    return number === 1 ? { ...version, progress: 0 } : { ...version, generation: number - 1 };
  });
}

interface Version {
  key: string;
  generation: number;
  progress: number;
}

/** Replaces the versions that moments and faults refer to. */
function renamed(plan: Plan, rename: (version: Version) => Version): Plan {
  return {
    ...plan,
    generations: plan.generations.map((each) => ({ ...each, start: moment(each.start) })),
    observers: plan.observers.map((each) => ({
      ...each,
      start: moment(each.start),
      ...(each.until === undefined ? {} : { until: moment(each.until) }),
    })),
    faults: plan.faults.map(fault),
  };

  function moment(each: Moment): Moment {
    if ('at_ms' in each || Array.isArray(each.after)) return each;
    const { key, generation = 1, progress } = each.after;
    if (key === undefined || progress === undefined) return each;
    return { ...each, after: { ...each.after, ...rename({ key, generation, progress }) } };
  }

  function fault(each: Fault): Fault {
    if (isRequestFault(each)) return each;
    const until = 'until' in each && each.until !== undefined ? { until: moment(each.until) } : {};
    const moved: TimedFault = { ...each, from: moment(each.from), ...until };
    return (timedKind(moved).renameVersions?.(moved, rename) as TimedFault | undefined) ?? moved;
  }
}

function* smallerTopologies(plan: Plan): Generator<Plan> {
  const { topology } = plan;
  yield* fewerCaches(plan);
  const used = plan.faults.flatMap((fault) => referencesOf(fault).nodes.map(replicaNumber));
  const replicas = Math.max(0, ...used);
  if (replicas < topology.replicas) yield { ...plan, topology: { ...topology, replicas } };
  for (const number of new Set(used)) {
    const isOnly = number > 1 && !used.includes(1);
    if (isOnly) yield swapReplicas(plan, `replica-${number}`, 'replica-1');
  }
  if (topology.instances > 1) {
    const alone = <T extends { instance: number }>(actors: readonly T[]): T[] =>
      actors.map((each) => ({ ...each, instance: 1 }));
    yield {
      ...plan,
      topology: { ...topology, instances: 1 },
      generations: alone(plan.generations),
      observers: alone(plan.observers),
      faults: plan.faults.map((fault) => withReferences(fault, { instance: () => 1 })),
    };
  }
  // The database of a read depends on no other read.
  for (const routing of ['primary-only', 'get-to-replica'] as const) {
    if (topology.routing === routing) break;
    yield { ...plan, topology: { ...topology, routing } };
  }
  if (topology.sticky_ms > 0 && topology.routing !== 'sticky')
    yield { ...plan, topology: { ...topology, sticky_ms: 0 } };
}

function* fewerCaches(plan: Plan): Generator<Plan> {
  const { caches = [] } = plan.topology;
  for (const cache of caches) {
    if (plan.faults.some((fault) => referencesOf(fault).caches.includes(cache.at))) continue;
    const { caches: _, ...topology } = plan.topology;
    const others = caches.filter((each) => each !== cache);
    yield { ...plan, topology: others.length === 0 ? topology : { ...topology, caches: others } };
  }
}

function swapReplicas(plan: Plan, from: string, to: string): Plan {
  const node = (name: string): string => (name === from ? to : name);
  return { ...plan, faults: plan.faults.map((fault) => withReferences(fault, { node })) };
}

function* smallerGenerations(plan: Plan, generation: GenerationPlan): Generator<Plan> {
  const replace = (change: Partial<GenerationPlan>): Plan => ({
    ...plan,
    generations: plan.generations.map((each) => (each === generation ? { ...each, ...change } : each)),
  });
  const { steps } = generation;
  // A generation that completes must end at 100.
  const last = steps.length - (generation.outcome === 'completed' ? 2 : 1);
  const many = Math.floor((last + 1) / 2);
  if (many > 1) {
    yield withoutSteps(plan, generation, 0, many);
    yield withoutSteps(plan, generation, last + 1 - many, many);
  }
  if (steps.length > 1) for (let at = last; at >= 0; at--) yield withoutStep(plan, generation, at);
  const longest = Math.max(...steps.map((step) => step.after_ms));
  if (longest > PACE_MS)
    yield replace({ steps: steps.map((step) => ({ ...step, after_ms: Math.min(step.after_ms, PACE_MS) })) });
  if ('at_ms' in generation.start && generation.start.at_ms > 0) yield replace({ start: { at_ms: 0 } });
  if ('after' in generation.start && generation.start.plus_ms > 0)
    yield replace({ start: { ...generation.start, plus_ms: 0 } });
  if (steps.some((step) => step.throws)) yield replace({ steps: steps.map(withoutError) });
  if (generation.outcome !== 'completed' && itemAt(steps, steps.length - 1).progress === 100)
    yield replace({ outcome: 'completed' });
}

type Step = GenerationPlan['steps'][number];

function withoutError({ progress, after_ms, when }: Step): Step {
  return { progress, after_ms, ...(when === undefined ? {} : { when }) };
}

/** The duration of a benign step: long enough for a poll in between. */
export const PACE_MS = 100;

function withoutSteps(plan: Plan, { worker }: GenerationPlan, from: number, count: number): Plan {
  let shorter = plan;
  for (let i = 0; i < count; i++) {
    const own = shorter.generations.find((each) => each.worker === worker);
    if (own !== undefined) shorter = withoutStep(shorter, own, from);
  }
  return shorter;
}

/**
 * Adds the duration of the step to the next one, decreases the ordinals of later updates by one, and changes references to
 * its progress to the previous step.
 */
function withoutStep(plan: Plan, generation: GenerationPlan, at: number): Plan {
  const { worker, story, steps } = generation;
  const number = plan.generations.filter((each) => each.story === story).indexOf(generation) + 1;
  const removed = itemAt(steps, at).progress;
  const before = steps[at - 1]?.progress ?? 0;
  const rest = steps
    .map((step, i) => (i === at + 1 ? { ...step, after_ms: step.after_ms + itemAt(steps, at).after_ms } : step))
    .filter((_, i) => i !== at);
  const shorter: Plan = {
    ...plan,
    generations: plan.generations.map((each) => (each === generation ? { ...each, steps: rest } : each)),
    faults: plan.faults.map((fault) => moveUp(fault, { actor: worker, method: 'PATCH' }, at + 1)),
  };
  return renamed(shorter, (version) =>
    version.key === story && version.generation === number && version.progress === removed
      ? { ...version, progress: before }
      : version,
  );
}

type Place = Pick<RequestMatch, 'actor' | 'method' | 'at'>;

/** The fault after one request less of the actor at that place: an ordinal greater than `nth` decreases by one. */
function moveUp(fault: Fault, { actor, method, at = 'gateway' }: Place, nth: number): Fault {
  if (!isRequestFault(fault) || fault.match.nth === undefined || fault.match.nth <= nth) return fault;
  const match: RequestMatch = fault.match;
  if (match.actor !== actor || match.method !== method || (match.at ?? 'gateway') !== at) return fault;
  return { ...fault, match: { ...fault.match, nth: fault.match.nth - 1 } } as Fault;
}

function* smallerObservers(plan: Plan, observer: ObserverPlan): Generator<Plan> {
  const replace = (change: Partial<ObserverPlan>): Plan => ({
    ...plan,
    observers: plan.observers.map((each) => (each === observer ? { ...each, ...change } : each)),
  });
  if (observer.library !== undefined) yield* withoutLibrary(plan, observer);
  if (observer.polling === 'interval') yield replace({ polling: 'chained' });
  if (observer.expects === 'none') yield replace({ expects: 'last-seen' });
  if ('after' in observer.start || observer.start.at_ms > 0) yield replace({ start: { at_ms: 0 } });
  if (observer.every_ms > POLL_MS) yield replace({ every_ms: POLL_MS });
}

function* withoutLibrary(plan: Plan, observer: ObserverPlan): Generator<Plan> {
  const { library: _, ...plain } = observer;
  const observers = plan.observers.map((each) => (each === observer ? plain : each));
  if (contradictionOfLibraries(observers, plan.faults) === undefined) yield { ...plan, observers };
}

const POLL_MS = 200;

/** Decreases the ordinals of an actor's requests from one fault on, as if it had made fewer requests before. */
function* earlierRequests(plan: Plan): Generator<Plan> {
  for (const fault of plan.faults) {
    if (!isRequestFault(fault) || fault.match.nth === undefined || fault.match.nth === 1) continue;
    const { nth } = fault.match;
    for (const skipped of new Set([2, 4, 8, nth].map((part) => Math.ceil(nth / part)))) {
      let faults: readonly Fault[] = plan.faults;
      for (let i = 0; i < skipped; i++) faults = faults.map((each) => moveUp(each, fault.match, nth - 1 - i));
      yield { ...plan, faults: [...faults] };
    }
  }
}

function* smallerFaults(plan: Plan): Generator<Plan> {
  for (const fault of plan.faults) {
    const replace = (smaller: Fault): Plan => ({
      ...plan,
      faults: plan.faults.map((each) => (each === fault ? smaller : each)),
    });
    // A fault that starts at a commit may also apply from the start of the run.
    if ('from' in fault && 'after' in fault.from) yield replace({ ...fault, from: { at_ms: 0 } });
    if ('until' in fault && fault.until !== undefined) {
      const { until, ...open } = fault;
      yield replace(open as Fault);
      if ('after' in until) {
        for (const shorter of [0, 100, 300, 1_000, 3_000])
          if (shorter < until.plus_ms) yield replace({ ...fault, until: { ...until, plus_ms: shorter } });
      }
    }
    for (const smaller of kindNamed(fault.kind).shrink?.(fault as never) ?? []) yield replace(smaller as Fault);
  }
}

function nameOf(actor: GenerationPlan | ObserverPlan): string {
  return 'worker' in actor ? actor.worker : actor.session;
}
