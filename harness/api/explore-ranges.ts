import { availableParallelism } from 'node:os';
import type { Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { requireRange } from '../define/define-range.ts';
import { defineScenario } from '../define/define-scenario.ts';
import { UsageError } from '../errors.ts';
import { countBranches } from '../explore/branch-counts.ts';
import { exploreSpaces, SIMULATED, type ExploreProgress } from '../explore/explore-spaces.ts';
import type { ExploreBasesOptions } from '../explore/exhaustive/explore-bases.ts';
import type { SearchWorker } from '../explore/explore.ts';
import { createSearcher, type SearchJob } from '../explore/search-job.ts';
import { CHUNK_RUNS } from '../explore/search.ts';
import { localWorker, threadWorker } from '../explore/search-workers.ts';
import { simulationOf } from '../explore/simulation.ts';
import { isScenario, loadSpace, spaceOf, type Space } from '../explore/space.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import type { Plan } from '../plan/plan.ts';
import type { Range } from '../plan/range.ts';
import type { Reporter } from '../port/reporter.ts';
import type { Scenario } from '../plan/scenario.ts';
import type { Catalogue } from '../runner/catalogue.ts';
import { digestOf } from '../runner/digest.ts';
import { prepareSimulationFiles } from '../runner/prepare-simulation.ts';
import { DEFAULT_PLANS, DEFAULT_REPORT, DEFAULT_SEED } from '../runner/defaults.ts';
import { required } from '../required.ts';
import { exhaustRanges, type ExhaustiveOptions } from './exhaust-bases.ts';
import { requireWholeNumbers } from './whole-numbers.ts';
import { openProject, type Project, type ProjectOptions } from './project.ts';
import { openJournal, requireShard, type ShardOptions } from './open-shard.ts';
import { openProjectGate, throughGate, type GateOptions } from './open-gate.ts';
import { eitherSignal, textsOf } from './run-scenarios.ts';
import { requireSearch } from './search-requirements.ts';

/** The progress of an exhaustive search. */
export type ExhaustiveProgress = Parameters<ExploreBasesOptions['onProgress']>[0];

export interface ExploreRangesOptions extends ProjectOptions, ExhaustiveOptions, GateOptions, ShardOptions {
  /**
   * Names of scenarios, `plan-space`, scenarios, or ranges of the plan space. Default: the whole plan space. With
   * `exhaustive`: names of small bases or scenarios, or scenarios; default: the small bases.
   */
  ranges?: readonly (string | Scenario | Range)[];
  /** The seed of the plans, a whole number. Default: 1. */
  seed?: number;
  /** Number of plans to try. Default: 1000, or no limit if `timeMs` is given. */
  runs?: number;
  /** Duration of the search in milliseconds. */
  timeMs?: number;
  /** Duration of the search and of shrinking what it finds, in milliseconds, in the calling thread. */
  limitMs?: number;
  /**
   * Number of search threads. Default: one for each core. If the subject, scenario or range is a value instead of a name,
   * the calling thread searches.
   */
  workers?: number;
  /** Override the defaults of the scenarios. */
  parameters?: Readonly<Record<string, number | string>>;
  /** The backend on which a counterexample is run again, after the simulation. Default: none. */
  backend?: string;
  /** Keeps a counterexample in regressions/ in the project's folder of scenarios; later runs replay it first. */
  keep?: boolean;
  /** Runs every plan twice, and checks only whether the runs differ. */
  checkDeterminism?: boolean;
  /** Counts which branches of the code of a subject of modules the search takes. */
  coverage?: boolean;
  /** Whether a plan under which the subject fails counts, in the calling thread. Default: each does. */
  isEvidence?: (plan: Plan) => boolean;
  /** Called with the progress of the search. */
  onProgress?(state: ExploreProgress | ExhaustiveProgress): void;
}

/**
 * @returns the combined verdict: false if a plan violates a property, unknown if a plan could not be judged
 * @throws RatchetError if the input is bad, or the search cannot start
 */
export async function exploreRanges(options: ExploreRangesOptions): Promise<Validity> {
  requireWholeNumbers(options);
  const project = await openProject(options);
  const gate = openProjectGate(options, project);
  if (options.shard !== undefined) requireShard(options.shard);
  return throughGate(gate, options.reporter ?? {}, (reporter) => {
    const signal = eitherSignal(options.signal, gate.signal);
    return searchRanges(project, { ...options, reporter: journaled(reporter, project, options), signal });
  });
}

/** What each shard of a search has in common with the others. */
function settingsOf({ subject }: Project, options: ExploreRangesOptions): Readonly<Record<string, unknown>> {
  const { ranges = [PLAN_SPACE], seed = DEFAULT_SEED, timeMs, parameters = {}, properties, backend } = options;
  const { exhaustive, checkDeterminism } = options;
  const runs = plansToTry(options);
  const names = ranges.map((range) => (typeof range === 'string' ? range : spaceNameOf(range)));
  const searched = { subject: subject.name, seed, runs, timeMs, exhaustive, ranges: names };
  return { ...searched, parameters, properties, backend, checkDeterminism };
}

/** Undefined if only the time limits them. */
function plansToTry({ runs, timeMs }: ExploreRangesOptions): number | undefined {
  return runs ?? (timeMs === undefined ? DEFAULT_PLANS : undefined);
}

function spaceNameOf(range: Scenario | Range): string {
  return isScenario(range) ? range.name : PLAN_SPACE;
}

/** With a journal, a reporter that keeps it. */
function journaled(reporter: Reporter, project: Project, options: ExploreRangesOptions): Reporter {
  const journal = openJournal('explore', options, settingsOf(project, options), project.folder);
  return journal?.attach(reporter) ?? reporter;
}

async function searchRanges(project: Project, options: ExploreRangesOptions): Promise<Validity> {
  const { catalogue, subject, subjectAs } = project;
  const set = textsOf(options.parameters);
  const keepIn = options.keep === true ? regressionParent(catalogue) : undefined;
  if (options.exhaustive !== undefined) return exhaustRanges(options.ranges, project, { ...options, set, keepIn });
  const { backend = SIMULATED, properties, seed = DEFAULT_SEED, timeMs, checkDeterminism = false } = options;
  await requireSearch(subject, { properties, backend });
  // All ranges are loaded before the first search, so that errors in names are reported at once.
  const named = new Set<Space>();
  const spaces: Space[] = [];
  for (const range of options.ranges ?? [PLAN_SPACE]) {
    const space =
      typeof range === 'string'
        ? await loadSpace(catalogue, range, set, subject)
        : spaceOf(isScenario(range) ? defineScenario(range) : requireRange(range), set, subject);
    spaces.push(space);
    if (typeof range === 'string') named.add(space);
  }
  const { coverage: countsBranches = false } = options;
  const job: Job = { set, properties, seed, checkDeterminism, ...(countsBranches ? { countsBranches } : {}) };
  const isForThreads = (space: Space): boolean => named.has(space) && typeof options.subject !== 'object';
  // Once for all threads; also reports a migration that cannot be applied.
  await prepareSimulationFiles(subject);
  const isForThreadsAlone = spaces.every(isForThreads);
  const branches = countsBranches && !isForThreadsAlone ? countBranches() : undefined;
  const simulate = isForThreadsAlone ? undefined : await simulationOf(subject);
  const isOverdue = overdueAfter(options.limitMs);
  return exploreSpaces({
    spaces,
    createWorkers: (space) =>
      isForThreads(space)
        ? threadWorkers(space, project, job, options)
        : [
            localWorker(
              createSearcher({
                ...job,
                ...space,
                simulate: required(simulate, 'the simulation'),
                isOverdue,
                isEvidence: options.isEvidence,
              }),
              branches,
            ),
          ],
    subject,
    subjectAs,
    seed,
    checkDeterminism,
    runs: plansToTry(options),
    timeMs,
    shard: options.shard,
    plans: digestOf([spaces.map(({ name }) => name), job]),
    backend,
    keepIn,
    reportRoot: options.report ?? DEFAULT_REPORT,
    reporter: options.reporter ?? {},
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
  });
}

type Job = Omit<SearchJob, 'folder' | 'subject' | 'space'>;

/** Threads load the subject and the range by their names. None is started that would get no plans. */
function threadWorkers(
  { name: space }: Space,
  { folder, subjectAs: subject }: Project,
  job: Job,
  options: ExploreRangesOptions,
): SearchWorker[] {
  const { workers = availableParallelism() } = options;
  const chunks = Math.ceil((plansToTry(options) ?? Infinity) / CHUNK_RUNS);
  const count = Math.min(workers, Math.max(1, chunks));
  return Array.from({ length: count }, () => threadWorker({ ...job, folder, subject, space }));
}

function overdueAfter(limitMs = Infinity): () => boolean {
  const clock = realClock();
  return () => clock.now() > limitMs * 1e6;
}

function regressionParent({ scenarioFolders: [folder] }: Catalogue): string {
  if (folder !== undefined) return folder;
  throw new UsageError(
    'scenario-folder-missing',
    'cannot keep a regression: ratchet.config.ts lists no folder of scenarios',
  );
}
