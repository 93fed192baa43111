/** The choices of workers and tabs: steps that take longer, generations that end early, further generations and tabs. */
import { afterCommit } from '../../faults/drawing.ts';
import { BENIGN_TAB } from '../../plan/arbitraries/plan-space.ts';
import type { Deviation } from '../../plan/deviations.ts';
import type { GenerationPlan } from '../../plan/plan.ts';
import type { Choice, ChoiceKind } from './choice.ts';
import { delaysPast, firstReads } from './delay-classes.ts';
import type { ObservedCommit, Probe } from './probe.ts';

export interface ActorCapabilities {
  /** The plan decides on the steps of a generation. */
  steps: boolean;
  /** A story can be generated again. */
  rerun: boolean;
}

export function actorChoices(probe: Probe, can: ActorCapabilities): Choice[] {
  return [
    ...(can.steps ? probe.plan.generations.flatMap((each) => [...stalls(probe, each), ...endings(probe, each)]) : []),
    ...(can.rerun ? reruns(probe) : []),
    ...lateTabs(probe),
    ...probe.plan.observers.flatMap(({ session, polling, expects }) => [
      ...(polling === 'interval'
        ? []
        : [deviation('overlap', 0, `polling of ${session}`, { kind: 'overlap', session })]),
      ...(expects === 'none' ? [] : [deviation('forget', 0, `memory of ${session}`, { kind: 'forget', session })]),
    ]),
  ];
}

/** Commits of the steps of a generation, the start first; `undefined` for a step that was not committed. */
function commitsOf({ commits, plan }: Probe, { worker, story, steps }: GenerationPlan): (ObservedCommit | undefined)[] {
  const own = plan.generations.filter((each) => each.story === story);
  const number = 1 + own.findIndex((each) => each.worker === worker);
  const at = (progress: number): ObservedCommit | undefined =>
    commits.find((each) => each.key === story && each.generation === number && each.progress === progress);
  return [at(0), ...steps.map(({ progress }) => at(progress))];
}

/** Each step takes longer, past each later commit of another generation, and the next read of each tab. */
function stalls(probe: Probe, generation: GenerationPlan): Choice[] {
  const { worker, story } = generation;
  const own = commitsOf(probe, generation);
  return generation.steps.flatMap((_, at) => {
    const [begin, end] = [own[at], own[at + 1]];
    if (begin === undefined || end === undefined) return [];
    const isOther = (commit: ObservedCommit): boolean => commit.key === story && commit.generation !== end.generation;
    const commits = probe.commits.filter((commit) => isOther(commit) && commit.at > end.at);
    const reads = probe.reads.filter((read) => read.key === story && read.at > end.at);
    const times = [...commits.map((commit) => commit.at), ...firstReads(reads, commits)];
    return delaysPast(times, end.at).map((stall) =>
      deviation('stall', begin.at, `step ${at + 1} of ${worker}`, {
        kind: 'stall',
        worker,
        step: at + 1,
        stall_ms: stall,
      }),
    );
  });
}

/** The worker dies, or its generation fails, with each of its steps. */
function endings(probe: Probe, generation: GenerationPlan): Choice[] {
  const { worker, steps } = generation;
  const own = commitsOf(probe, generation);
  return steps.flatMap((_, at) => {
    const begin = own[at];
    if (begin === undefined || generation.outcome !== 'completed') return [];
    const kept = steps.slice(0, at + 1);
    return (['abandoned', 'failed'] as const).map((outcome) => ({
      kind: 'ending',
      fire: begin.at,
      slots: [`end of ${worker}`],
      change: { deviations: [], ending: { worker, steps: kept, outcome } },
    }));
  });
}

/** How long after a commit a further generation starts, and how long it waits for the commit. */
const RERUN_MS = { plus_ms: 50, within_ms: 1_000 };

function reruns(probe: Probe): Choice[] {
  return probe.commits.flatMap((commit) => {
    const like = probe.plan.generations.find(({ story }) => story === commit.key);
    if (like === undefined) return [];
    const { key, generation, progress } = commit;
    const start = { ...afterCommit({ key, generation, progress }), ...RERUN_MS };
    const again = { ...like, worker: `rerun-of-${key}`, start, outcome: 'completed' } as const;
    return [deviation('rerun', commit.at, `rerun of ${key}`, { kind: 'rerun', generation: again })];
  });
}

function lateTabs(probe: Probe): Choice[] {
  const { plan, commits } = probe;
  return commits.slice(0, -1).flatMap((commit) => {
    const like = plan.observers.find(({ story }) => story === commit.key);
    if (like === undefined) return [];
    const { key, generation, progress } = commit;
    const session = `late-tab-${key}`;
    const start = afterCommit({ key, generation, progress });
    const observer = { ...like, ...BENIGN_TAB, session, start };
    return [deviation('tab', commit.at, `further tab of ${key}`, { kind: 'tab', observer })];
  });
}

function deviation(kind: ChoiceKind, fire: number, slot: string, deviated: Deviation): Choice {
  return { kind, fire, slots: [slot], change: { deviations: [deviated] } };
}
