/** Gives names to the drafts of a plan space: the benign plan that they make, and the deviations from it. */
import type { Site } from '../../faults/fault.ts';
import { START, afterCommit } from '../../faults/drawing.ts';
import { kindOf, type Deviation } from '../deviations.ts';
import type { GenerationPlan, ObserverPlan, Plan } from '../plan.ts';
import { itemAt } from '../../required.ts';
import type { GenerationDraft, ReplicaDraft, StoryDraft, StrikeDraft } from './drafts.ts';
import type { FaultDraft } from './fault-drafts.ts';
import type { Variation } from './variation.ts';
import { versionOf } from './version-names.ts';

/** The name that plans of `planSpace` bear. */
export const PLAN_SPACE = 'plan-space';

export interface SpaceDraft {
  routing: Plan['topology']['routing'];
  replicas: readonly ReplicaDraft[];
  instances: number;
  /** Faults of the first instances, some of which may be missing. */
  instanceFaults: readonly FaultDraft[];
  stories: readonly StoryDraft[];
  seed: number;
}

export function buildSpace(draft: SpaceDraft): Variation {
  const cast: Cast = { draft, generations: [], observers: [], deviations: standingFaults(draft) };
  for (const [at, story] of draft.stories.entries()) addStory(cast, `story-${at + 1}`, story);
  const { generations, observers, deviations } = cast;
  const { seed, routing, replicas, instances } = draft;
  const base: Plan = {
    plan: 1,
    scenario: PLAN_SPACE,
    seed,
    topology: { replicas: replicas.length, routing, sticky_ms: 1_000, instances },
    generations,
    observers,
    faults: [],
    properties: propertiesUnder(deviations),
    bounds: {},
    run_ms_max: 300_000,
  };
  return { base, deviations };
}

/** What has names so far. */
interface Cast {
  draft: SpaceDraft;
  generations: GenerationPlan[];
  observers: ObserverPlan[];
  deviations: Deviation[];
}

function standingFaults({ replicas, instanceFaults }: SpaceDraft): Deviation[] {
  const ofReplicas = replicas.map((fault, at) => fault?.({ ...NOWHERE, replica: `replica-${at + 1}` }));
  const ofInstances = instanceFaults.map((fault, at) => fault({ ...NOWHERE, instance: at + 1 }));
  return [...ofReplicas, ...ofInstances].flatMap((fault) => (fault === undefined ? [] : [{ kind: 'fault', fault }]));
}

/** For a fault that names nothing else of its site. */
const NOWHERE: Site = {
  replica: 'replica-1',
  instance: 1,
  actor: '',
  session: '',
  version: { key: '', generation: 1, progress: 0 },
};

function addStory(cast: Cast, story: string, { generations, tabs }: StoryDraft): void {
  const own: GenerationPlan[] = [];
  for (const draft of generations) own.push(nameGeneration(cast, story, own, draft));
  const sessions = tabs.map((_, at) => `tab-${cast.observers.length + at + 1}`);
  for (const [number, { strikes }] of generations.entries()) {
    for (const strike of strikes) {
      const site = siteOf(cast, strike, { own, number, sessions });
      cast.deviations.push({ kind: 'fault', fault: strike.fault(site) });
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
  for (const request of draft.requests) cast.deviations.push({ kind: 'fault', fault: request(worker) });
  for (const stall of draft.stalls) cast.deviations.push({ kind: 'stall', worker, ...stall });
  return {
    worker,
    story,
    instance: instanceOf(cast, draft.instance),
    start: startOf(draft, own),
    steps: stepsOf(draft),
    outcome: draft.outcome,
  };
}

function siteOf(
  cast: Cast,
  { replica, instance, step, tab, isOfTab }: StrikeDraft,
  { own, number, sessions }: { own: readonly GenerationPlan[]; number: number; sessions: readonly string[] },
): Site {
  const session = itemAt(sessions, tab % sessions.length);
  return {
    replica: `replica-${replica}`,
    instance: instanceOf(cast, instance),
    session,
    actor: isOfTab ? session : itemAt(own, number).worker,
    version: versionOf(own, number, step),
  };
}

function addTab(
  cast: Cast,
  story: string,
  own: readonly GenerationPlan[],
  session: string,
  draft: StoryDraft['tabs'][number],
): void {
  const start = draft.afterStep === undefined ? START : afterCommit(versionOf(own, 0, draft.afterStep));
  const instance = instanceOf(cast, draft.instance);
  cast.observers.push({ ...BENIGN_TAB, session, story, instance, every_ms: draft.every_ms, start });
  if (draft.overlaps) cast.deviations.push({ kind: 'overlap', session });
  if (draft.forgets) cast.deviations.push({ kind: 'forget', session });
  for (const request of draft.requests) cast.deviations.push({ kind: 'fault', fault: request(session) });
}

function instanceOf({ draft }: Cast, wanted: number): number {
  return 1 + (wanted % draft.instances);
}

export const BENIGN_TAB = { channel: 'poll', polling: 'chained', expects: 'last-seen', display: 'subject' } as const;

function propertiesUnder(deviations: readonly Deviation[]): string[] {
  const kinds = new Set(deviations.map(kindOf));
  return [
    'monotonic-view',
    'integrity',
    // Of a database that loses no commit.
    ...(kinds.has('promotion') ? [] : ['monotonic-commits']),
    // Of tabs that tell what they have seen.
    ...(kinds.has('forget') ? [] : ['monotonic-reads']),
  ];
}

function stepsOf({ ladder, pace_ms, outcome }: GenerationDraft): GenerationPlan['steps'] {
  const progresses = outcome === 'completed' ? [...ladder, 100] : ladder;
  return progresses.map((progress) => ({ progress, after_ms: pace_ms }));
}

/** The first of a story starts by the clock; a later one by the clock, or after a step of the one before it. */
function startOf(draft: GenerationDraft, before: readonly GenerationPlan[]): GenerationPlan['start'] {
  const last = before.length - 1;
  if (last < 0) return { at_ms: draft.start_ms };
  const step = draft.overlaps ? draft.afterStep : Infinity;
  const moment = afterCommit(versionOf(before, last, step));
  // Where the commit never comes, because the worker gave up, the next one starts all the same.
  return { ...moment, plus_ms: draft.start_ms, within_ms: 20_000 };
}
