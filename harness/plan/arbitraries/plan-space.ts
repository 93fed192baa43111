/** Turns drafts of the plan space into a benign plan with named actors, and the deviations from it. */
import type { Site } from '../../faults/fault.ts';
import { START, afterCommit, afterShow, later } from '../../faults/drawing.ts';
import type { CachePlan } from '../cache-plan.ts';
import { kindOf, type Deviation } from '../deviations.ts';
import type { GenerationPlan, ObserverPlan, Plan } from '../plan.ts';
import { itemAt } from '../../required.ts';
import type { GenerationDraft, ReplicaDraft, StepFaultDraft, StoryDraft } from './drafts.ts';
import type { FaultDraft } from './fault-drafts.ts';
import type { Variation } from './variation.ts';
import { versionBefore, versionOf } from './version-names.ts';

/** The scenario name of the plans of `planSpace`. */
export const PLAN_SPACE = 'plan-space';

export interface SpaceDraft {
  routing: Plan['topology']['routing'];
  /** Whether a promotion may lose commits, which leaves less to judge. */
  losesCommits: boolean;
  replicas: readonly ReplicaDraft[];
  instances: number;
  /** Faults of the first instances; those of instances that do not exist have no effect. */
  instanceFaults: readonly FaultDraft[];
  stories: readonly StoryDraft[];
  /** How long the tabs watch after the generations, when the faults still apply. */
  watch_on_ms: number;
  seed: number;
  caches: readonly CachePlan[];
}

export function buildSpace(draft: SpaceDraft): Variation {
  const cast: Cast = { draft, generations: [], observers: [], deviations: [] };
  for (const cache of draft.caches) cast.deviations.push({ kind: 'cache', cache });
  for (const [at, story] of draft.stories.entries()) addStory(cast, nameOfStory(at), story);
  const { generations, observers } = cast;
  // Of two lags of a replica the first counts: one that a step needs more than one that lasts.
  const deviations = compatible([...cast.deviations, ...faultsFromStart(draft)], draft.losesCommits);
  const { seed, routing, replicas, instances, watch_on_ms: watchOnMs } = draft;
  const base: Plan = {
    plan: 1,
    scenario: PLAN_SPACE,
    seed,
    topology: { replicas: replicas.length, routing, sticky_ms: 1_000, instances },
    generations,
    observers,
    faults: [],
    properties: propertiesUnder(deviations),
    // All faults have ended by then.
    bounds: { final_look_answered: true },
    allows: [],
    watch_on_ms: draft.caches.length === 0 ? watchOnMs : Math.max(watchOnMs, CACHED_MS_MAX),
    run_ms_max: 300_000,
  };
  return { base, deviations };
}

/** Longer than the longest lifetime of a cache, so that the tabs see the end. */
const CACHED_MS_MAX = 8_000;

function nameOfStory(at: number): string {
  return `story-${at + 1}`;
}

/** How long it takes to create a row. */
const ROW_MS = 50;

/** After a promotion, a page that is loaded again sees less than before whatever the application does. */
function compatible(deviations: readonly Deviation[], mayLoseCommits: boolean): Deviation[] {
  const losesCommits = mayLoseCommits && deviations.some((deviation) => kindOf(deviation) === 'promotion');
  const without = losesCommits ? LOADS : LOSSES;
  return deviations.filter((deviation) => !without.includes(kindOf(deviation)));
}

const LOADS: readonly string[] = ['tab-reload', 'tab-navigate'];
const LOSSES: readonly string[] = ['promotion'];

/** The named actors and deviations so far. */
interface Cast {
  draft: SpaceDraft;
  generations: GenerationPlan[];
  observers: ObserverPlan[];
  deviations: Deviation[];
}

function faultsFromStart({ replicas, instanceFaults }: SpaceDraft): Deviation[] {
  const ofReplicas = replicas.map((fault, at) => fault?.({ ...EMPTY_SITE, replica: `replica-${at + 1}` }));
  const ofInstances = instanceFaults.map((fault, at) => fault({ ...EMPTY_SITE, instance: at + 1 }));
  return [...ofReplicas, ...ofInstances].flatMap((fault) => (fault === undefined ? [] : [{ kind: 'fault', fault }]));
}

/** For a fault that uses only one field of its site. */
const NO_VERSION = { key: '', generation: 1, progress: 0 };
const EMPTY_SITE: Site = {
  replica: 'replica-1',
  instance: 1,
  actor: '',
  session: '',
  stories: [],
  version: NO_VERSION,
  before: NO_VERSION,
  moment: afterCommit(NO_VERSION),
};

function addStory(cast: Cast, story: string, { generations, tabs, rowFaults }: StoryDraft): void {
  const own: GenerationPlan[] = [];
  for (const draft of generations) own.push(nameGeneration(cast, story, own, draft));
  for (const draft of rowFaults) {
    const fault = draft({ ...EMPTY_SITE, version: { key: story, generation: 1, progress: 0 } });
    cast.deviations.push({ kind: 'fault', fault });
    const earliestMs = ROW_MS + ('from' in fault && 'at_ms' in fault.from ? fault.from.at_ms : 0);
    // Generations start when there is a row.
    for (const generation of own) {
      const { start } = generation;
      if ('at_ms' in start) generation.start = { at_ms: Math.max(start.at_ms, earliestMs) };
    }
  }
  const sessions = tabs.map((_, at) => `tab-${cast.observers.length + at + 1}`);
  for (const [number, { stepFaults }] of generations.entries()) {
    const { worker, steps } = itemAt(own, number);
    for (const draft of stepFaults) {
      const { step, waits_ms: stallMs, fault } = draft;
      if (stallMs > 0 && step < steps.length)
        cast.deviations.push({ kind: 'stall', worker, step: step + 1, stall_ms: stallMs });
      for (const site of sitesOf(cast, draft, { own, number, sessions, tabs }))
        cast.deviations.push({ kind: 'fault', fault: fault(site) });
    }
  }
  for (const [at, draft] of tabs.entries()) addTab(cast, story, own, itemAt(sessions, at), draft);
  cast.generations.push(...own);
}

function nameGeneration(
  cast: Cast,
  story: string,
  own: readonly GenerationPlan[],
  draft: GenerationDraft,
): GenerationPlan {
  const worker = `worker-${cast.generations.length + own.length + 1}`;
  const steps = stepsOf(draft);
  const { errorAt } = draft;
  const errorStep = errorAt === undefined ? undefined : steps.length - ((errorAt - 1) % steps.length);
  if (errorStep !== undefined) cast.deviations.push({ kind: 'step-error', worker, step: errorStep });
  for (const request of draft.requests) {
    cast.deviations.push({ kind: 'fault', fault: request(worker, errorStep ?? steps.length) });
  }
  for (const stall of draft.stalls) cast.deviations.push({ kind: 'stall', worker, ...stall });
  return {
    worker,
    story,
    instance: instanceOf(cast, draft.instance),
    start: startOf(draft, own),
    steps,
    outcome: draft.outcome,
  };
}

interface StoryCast {
  own: readonly GenerationPlan[];
  /** The index of the generation. */
  number: number;
  sessions: readonly string[];
  tabs: StoryDraft['tabs'];
}

/** Where a fault is: at one place, or at each of the replicas. */
function sitesOf(
  cast: Cast,
  { replica, instance, step, behind, tab, isOfTab, isOnceShown, plus_ms: plusMs }: StepFaultDraft,
  { own, number, sessions, tabs }: StoryCast,
): Site[] {
  const { replicas, stories } = cast.draft;
  const session = itemAt(sessions, tab % sessions.length);
  const version = versionOf(own, number, step);
  // Without replicas, a fault of one is left out.
  const replicasNumber = Math.max(1, replicas.length);
  const numbers = replica === undefined ? Array.from({ length: replicasNumber }, (_, at) => at) : [replica];
  return numbers.map((at) => ({
    replica: `replica-${1 + (at % replicasNumber)}`,
    instance: instanceOf(cast, itemAt(tabs, tab % tabs.length).instance + instance),
    session,
    stories: stories.map((_, nth) => nameOfStory(nth)),
    actor: isOfTab ? session : itemAt(own, number).worker,
    version,
    before: versionBefore(own, number, step, behind),
    moment: later(isOnceShown ? afterShow(session, version) : afterCommit(version), plusMs),
  }));
}

function addTab(
  cast: Cast,
  story: string,
  own: readonly GenerationPlan[],
  session: string,
  draft: StoryDraft['tabs'][number],
): void {
  const generation = draft.afterGeneration % own.length;
  const start = draft.afterStep === undefined ? START : afterCommit(versionOf(own, generation, draft.afterStep));
  const instance = instanceOf(cast, draft.instance);
  cast.observers.push({ ...BENIGN_TAB, session, story, instance, every_ms: draft.every_ms, start });
  if (draft.overlaps) cast.deviations.push({ kind: 'overlap', session });
  if (draft.library !== undefined) cast.deviations.push({ kind: 'library', session, library: draft.library });
  if (draft.forgets) cast.deviations.push({ kind: 'forget', session });
  if (draft.roams) cast.deviations.push(...movesOf(cast, session, draft.instance, own, generation));
  for (const request of draft.requests) cast.deviations.push({ kind: 'fault', fault: request(session) });
}

/** A tab that comes back to an instance meets what that has remembered since. */
function movesOf(
  cast: Cast,
  session: string,
  instance: number,
  own: readonly GenerationPlan[],
  generation: number,
): Deviation[] {
  if (cast.draft.instances === 1) return [];
  return itemAt(own, generation).steps.map((_, at) => {
    const from = afterCommit(versionOf(own, generation, at + 1));
    const fault = { kind: 'tab-move' as const, session, instance: instanceOf(cast, instance + at + 1), from };
    return { kind: 'fault', fault };
  });
}

function instanceOf({ draft }: Cast, wanted: number): number {
  return 1 + (wanted % draft.instances);
}

export const BENIGN_TAB = { channel: 'poll', polling: 'chained', expects: 'last-seen', display: 'subject' } as const;

const WITHOUT_PROMOTION = ['monotonic-commits', 'ownership', 'completion', 'convergence', 'availability'] as const;

function propertiesUnder(deviations: readonly Deviation[]): string[] {
  const kinds = new Set(deviations.map(kindOf));
  return [
    'monotonic-view',
    'integrity',
    // Only if the database loses no commit: a lost generation is begun again by its number.
    ...(kinds.has('promotion') ? [] : WITHOUT_PROMOTION),
    // Only if all tabs send the progress that they have seen.
    ...(kinds.has('forget') ? [] : ['monotonic-reads']),
  ];
}

function stepsOf({ progresses, reachesAll, repeats, pace_ms, outcome }: GenerationDraft): GenerationPlan['steps'] {
  const ascending =
    outcome === 'completed' || (outcome === 'abandoned' && reachesAll) ? [...progresses, 100] : progresses;
  // A step may report the progress of the one before it, and a generation may fail without more progress.
  const twice = repeats === undefined ? undefined : ascending.length - 1 - repeats;
  const all = ascending.flatMap((progress, at) => (at === twice ? [progress, progress] : [progress]));
  return all.map((progress) => ({ progress, after_ms: pace_ms }));
}

/** The first generation of a story starts at a time, a later one after a step or the end of the previous one. */
function startOf(draft: GenerationDraft, before: readonly GenerationPlan[]): GenerationPlan['start'] {
  const last = before.length - 1;
  if (last < 0) return { at_ms: draft.start_ms };
  if (draft.startsTogether) return itemAt(before, last).start;
  const step = draft.overlaps ? draft.afterStep : Infinity;
  const moment = afterCommit(versionOf(before, last, step));
  return { ...moment, plus_ms: draft.start_ms, within_ms: draft.overlaps ? GIVEN_UP_MS : SURELY_GIVEN_UP_MS };
}

/** If the commit does not occur, because the worker gave up, the next generation starts anyway. */
const GIVEN_UP_MS = 5_000;
const SURELY_GIVEN_UP_MS = 20_000;
