/** Gives names to the drafts of a plan space: the benign plan that they make, and the deviations from it. */
import { kindOf, type Deviation } from '../deviations.ts';
import type { GenerationPlan, ObserverPlan, Plan } from '../plan.ts';
import type { GenerationDraft, ReplicaDraft, StoryDraft } from './drafts.ts';
import { befallReplica, NOW, skewedClock, timedLag } from './fault-drafts.ts';
import { befall } from './requests.ts';
import type { Variation } from './variation.ts';
import { afterCommit, versionOf } from './version-names.ts';

/** The name that plans of `planSpace` bear. */
export const PLAN_SPACE = 'plan-space';

export function buildSpace(draft: {
  routing: Plan['topology']['routing'];
  replicas: readonly ReplicaDraft[];
  instances: number;
  /** Of the clocks of the first instances, some of which may be missing. */
  skews: readonly number[];
  stories: readonly StoryDraft[];
  seed: number;
}): Variation {
  const deviations: Deviation[] = [];
  const generations: GenerationPlan[] = [];
  const observers: ObserverPlan[] = [];
  const instance = (wanted: number): number => 1 + (wanted % draft.instances);
  for (const [at, delayMs] of draft.replicas.entries()) {
    if (delayMs !== undefined) deviations.push({ kind: 'fault', fault: timedLag(`replica-${at + 1}`, delayMs) });
  }
  for (const [at, offsetMs] of draft.skews.entries()) {
    deviations.push({ kind: 'fault', fault: skewedClock(at + 1, offsetMs) });
  }
  for (const [at, story] of draft.stories.entries()) {
    const key = `story-${at + 1}`;
    const own: GenerationPlan[] = [];
    for (const each of story.generations) {
      const worker = `worker-${generations.length + own.length + 1}`;
      own.push({
        worker,
        story: key,
        instance: instance(each.instance),
        start: startOf(each, own),
        steps: stepsOf(each),
        outcome: each.outcome,
      });
      deviations.push(...each.requests.map((request) => befall(worker, request)));
      deviations.push(...each.stalls.map((stall): Deviation => ({ kind: 'stall', worker, ...stall })));
    }
    for (const [number, each] of story.generations.entries()) {
      for (const { fault, replica, step } of each.strikes) {
        const befallen = befallReplica(`replica-${replica}`, versionOf(own, number, step), fault);
        deviations.push({ kind: 'fault', fault: befallen });
      }
    }
    for (const each of story.tabs) {
      const session = `tab-${observers.length + 1}`;
      const start = each.afterStep === undefined ? NOW : afterCommit(versionOf(own, 0, each.afterStep));
      observers.push({
        ...BENIGN_TAB,
        session,
        story: key,
        instance: instance(each.instance),
        every_ms: each.every_ms,
        start,
      });
      if (each.overlaps) deviations.push({ kind: 'overlap', session });
      if (each.forgets) deviations.push({ kind: 'forget', session });
      deviations.push(...each.requests.map((request) => befall(session, request)));
    }
    generations.push(...own);
  }
  const kinds = new Set(deviations.map(kindOf));
  const base: Plan = {
    plan: 1,
    scenario: PLAN_SPACE,
    seed: draft.seed,
    topology: { replicas: draft.replicas.length, routing: draft.routing, sticky_ms: 1_000, instances: draft.instances },
    generations,
    observers,
    faults: [],
    properties: [
      'monotonic-view',
      'integrity',
      // By a database that loses no commit.
      ...(kinds.has('promotion') ? [] : ['monotonic-commits']),
      // To those who tell what they have seen.
      ...(kinds.has('forget') ? [] : ['monotonic-reads']),
    ],
    bounds: {},
    run_ms_max: 300_000,
  };
  return { base, deviations };
}

export const BENIGN_TAB = { polling: 'chained', expects: 'last-seen', display: 'subject' } as const;

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
