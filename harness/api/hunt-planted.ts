/** Searches every application with a planted bug for a plan under which the bug breaks the promise. */
import { fileURLToPath } from 'node:url';
import { worstOf, type Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import type { PlantedBug, PlantedBugs } from '../define/define-planted.ts';
import { UsageError } from '../errors.ts';
import { plant } from '../explore/planted-copy.ts';
import { simulationOf } from '../explore/simulation.ts';
import { tryPlan } from '../explore/trial.ts';
import { Pace } from '../pace.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import type { Plan } from '../plan/plan.ts';
import type { Hunt, HuntResults } from '../port/hunt.ts';
import type { FoundPlan, JudgedExploration } from '../port/reporter.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';
import { suggestionOf } from '../suggestion.ts';
import { collect } from './collect.ts';
import { exploreRanges } from './explore-ranges.ts';
import type { ProjectOptions } from './project.ts';
import { requireWholeNumbers } from './whole-numbers.ts';

export interface HuntOptions extends Pick<ProjectOptions, 'folder' | 'report' | 'signal'> {
  /** Names of bugs. Default: all of the config. */
  bugs?: readonly string[] | undefined;
  /** Number of plans to try for each bug. Default: 2000. */
  runs?: number;
  /** The seed of the plans. Default: 1. */
  seed?: number;
  /** Duration of the search for each bug and of shrinking what it finds, in milliseconds. Default: 20000. */
  limitMs?: number;
  /** Called before and after the search for a bug. */
  onProgress?(message: string): void;
  onHunted?(hunt: Hunt): void;
}

const RUNS = 2_000;
const LIMIT_MS = 20_000;

interface Task {
  name: string;
  table: Table;
  bug: PlantedBug;
}

interface Table {
  planted: PlantedBugs;
  /** Whether the application without any bug holds under a plan: only then does the plan show a bug. */
  holdsWithoutBug(): Promise<(plan: Plan) => boolean>;
}

/** @throws RatchetError if the input is bad, or a search cannot start */
export async function huntPlanted(options: HuntOptions = {}): Promise<HuntResults> {
  requireWholeNumbers(options);
  const clock = realClock();
  const catalogue = await openCatalogue(options.folder ?? process.cwd());
  const tasks = await tasksOf(catalogue, options);
  const hunts: Hunt[] = [];
  const pace = new Pace(clock, 'bugs', tasks.length);
  const isInterrupted = (): boolean => options.signal?.aborted === true;
  for (const task of tasks) {
    if (isInterrupted()) break;
    const which = `bug ${hunts.length + 1} of ${tasks.length}${pace.after(hunts.length)}: ${task.name}`;
    options.onProgress?.(which);
    const onProgress = (message: string): void => options.onProgress?.(`${which}  ${message}`);
    const hunted = await huntOne(task, catalogue, { ...options, onProgress });
    // A search that was interrupted has missed nothing.
    if (!hunted.isFound && isInterrupted()) break;
    hunts.push(hunted);
    options.onHunted?.(hunted);
  }
  return { valid: verdictOf(hunts, tasks.length), hunts, bugs: tasks.length, durationMs: clock.now() / 1e6 };
}

async function tasksOf(catalogue: Catalogue, { bugs }: HuntOptions): Promise<Task[]> {
  const tables = await catalogue.loadPlanted();
  const all = tables.flatMap((planted) => {
    const table = tableOf(planted, catalogue);
    return Object.entries(planted.bugs).map(([name, bug]): Task => ({ name, table, bug }));
  });
  if (all.length === 0) {
    const hint = 'name folders of planted bugs as `planted` in ratchet.config.ts';
    throw new UsageError('planted-missing', 'there are no planted bugs', hint);
  }
  const names = all.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError('planted-invalid', `two planted bugs are called ${twice}`);
  const unknown = bugs?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError('planted-unknown', `no planted bug is called "${unknown}"`, suggestionOf(unknown, names));
  }
  return all.filter(({ name }) => bugs === undefined || bugs.includes(name));
}

async function huntOne({ name, table, bug }: Task, catalogue: Catalogue, options: HuntOptions): Promise<Hunt> {
  const { planted } = table;
  const { folder, report, signal, seed, onProgress } = options;
  const copy = plant(planted, name, bug);
  try {
    const subject = await catalogue.loadSubject(copy.subject);
    const isEvidence = await table.holdsWithoutBug();
    const { explorations } = await collect(undefined, (reporter) =>
      exploreRanges({
        subject: { ...subject, name: `planted-${name}` },
        ranges: [planted.range ?? PLAN_SPACE],
        runs: options.runs ?? RUNS,
        limitMs: options.limitMs ?? LIMIT_MS,
        reporter,
        isEvidence,
        onProgress: (state) => 'search' in state && onProgress?.(`${state.search.state}, ${state.search.runs} plans`),
        ...(planted.properties === undefined ? {} : { properties: planted.properties }),
        ...(folder === undefined ? {} : { folder }),
        ...(report === undefined ? {} : { report }),
        ...(signal === undefined ? {} : { signal }),
        ...(seed === undefined ? {} : { seed }),
      }),
    );
    return { bug: name, file: bug[0], ...resultOf(explorations[0]) };
  } finally {
    copy.remove();
  }
}

function tableOf(planted: PlantedBugs, catalogue: Catalogue): Table {
  const load = async (): Promise<(plan: Plan) => boolean> => {
    const path = fileURLToPath(new URL(planted.subject, planted.root));
    const simulate = await simulationOf(await catalogue.loadSubject(path));
    return (plan) => tryPlan(plan, simulate).judgement.valid !== false;
  };
  let loaded: ReturnType<typeof load> | undefined;
  return { planted, holdsWithoutBug: () => (loaded ??= load()) };
}

function resultOf(exploration: JudgedExploration | undefined): Omit<Hunt, 'bug' | 'file'> {
  const { found, runs = 0, elapsedMs = 0 } = exploration ?? {};
  const tried = { runs, elapsedMs };
  if (found === undefined) return { isFound: false, ...tried };
  if (found.failing.kind !== 'violation') return { isFound: false, reason: found.failing.what, ...tried };
  return { isFound: true, property: found.failing.what, ...evidenceOf(found), ...tried };
}

function evidenceOf({ failing, runs: [run] }: FoundPlan): Pick<Hunt, 'sentence' | 'planFile'> {
  const violated = run?.verdicts.find(({ property, valid }) => property === failing.what && valid === false);
  const sentence = violated === undefined ? undefined : worstOf(violated)?.sentence;
  return {
    ...(sentence === undefined ? {} : { sentence }),
    ...(run?.planFile === undefined ? {} : { planFile: run.planFile }),
  };
}

function verdictOf(hunts: readonly Hunt[], asked: number): Validity {
  if (hunts.some(({ isFound }) => !isFound)) return false;
  return hunts.length < asked ? 'unknown' : true;
}
