import { availableParallelism } from 'node:os';
import type { Validity } from '../checker/verdict.ts';
import { defineScenario } from '../define/define-scenario.ts';
import { UsageError } from '../errors.ts';
import { exploreSpaces, SIMULATED, type ExploreProgress } from '../explore/explore-spaces.ts';
import type { SearchWorker } from '../explore/explore.ts';
import { createSearcher } from '../explore/search-job.ts';
import { localWorker, threadWorker } from '../explore/search-workers.ts';
import { simulationOf } from '../explore/simulation.ts';
import { isScenario, loadSpace, spaceOf, type Space } from '../explore/space.ts';
import { PLAN_SPACE } from '../plan/arbitraries.ts';
import type { Range } from '../plan/range.ts';
import type { Scenario } from '../plan/scenario.ts';
import type { Catalogue } from '../runner/catalogue.ts';
import { DEFAULT_PLANS, DEFAULT_REPORT, DEFAULT_SEED } from '../runner/defaults.ts';
import { requireProperties } from '../runner/judgement.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { requireWholeNumbers } from './whole-numbers.ts';
import { openProject, type Project, type ProjectOptions } from './project.ts';
import { textsOf } from './run-scenarios.ts';

export interface ExploreRangesOptions extends ProjectOptions {
  /** Names of scenarios, `plan-space`, scenarios themselves, or ranges of the plan space; the whole plan space. */
  ranges?: readonly (string | Scenario | Range)[];
  /** What the plans are drawn from, a whole number; 1. */
  seed?: number;
  /** How many plans to try; 1000, unless `timeMs` limits the search. */
  runs?: number;
  /** How many milliseconds to search. */
  timeMs?: number;
  /**
   * How many threads search what is named; one for each core. A subject, scenario or range that is not given by its
   * name is searched by the calling thread.
   */
  workers?: number;
  /** Over the defaults of the scenarios. */
  parameters?: Readonly<Record<string, number | string>>;
  /** Where a find is run once more, besides the simulation that finds it; nowhere. */
  backend?: string;
  /** Keeps a find in regressions/, beside the scenarios of the project, where every run begins. */
  keep?: boolean;
  /** Runs every plan twice, and looks for nothing but a difference. */
  checkDeterminism?: boolean;
  /** Told how far the search is. */
  onProgress?(state: ExploreProgress): void;
}

/**
 * @returns all verdicts together: false where a plan violates a property, unknown where one could not be judged
 * @throws RatchetError when the input is bad, or the search cannot begin
 */
export async function exploreRanges(options: ExploreRangesOptions): Promise<Validity> {
  requireWholeNumbers(options);
  const project = await openProject(options);
  const { catalogue, subject, subjectAs } = project;
  const { backend = SIMULATED, properties, seed = DEFAULT_SEED, timeMs, checkDeterminism = false } = options;
  if (properties !== undefined) requireProperties(properties);
  await loadBackend(backend);
  const set = textsOf(options.parameters);
  const workers = new Map<Space, () => SearchWorker[]>();
  const job = { set, properties, seed, checkDeterminism };
  // All are loaded before the first search starts, so that an unknown name is refused at once.
  for (const range of options.ranges ?? [PLAN_SPACE]) {
    if (typeof range === 'string') {
      const space = await loadSpace(catalogue, range, set, subject);
      workers.set(space, () => namedWorkers(space, project, job, options));
    } else {
      const space = spaceOf(isScenario(range) ? defineScenario(range) : range, set, subject);
      workers.set(space, () => [workerHere(space, project, job)]);
    }
  }
  return exploreSpaces({
    spaces: [...workers.keys()],
    createWorkers: (space) => workers.get(space)!(),
    subject,
    subjectAs,
    seed,
    checkDeterminism,
    runs: options.runs ?? (timeMs === undefined ? DEFAULT_PLANS : undefined),
    timeMs,
    backend,
    keepIn: options.keep === true ? folderToKeepIn(catalogue) : undefined,
    reportRoot: options.report ?? DEFAULT_REPORT,
    reporter: options.reporter ?? {},
    onProgress: options.onProgress ?? (() => undefined),
    signal: options.signal ?? new AbortController().signal,
  });
}

interface Job {
  set: Readonly<Record<string, string>>;
  properties: readonly string[] | undefined;
  seed: number;
  checkDeterminism: boolean;
}

/** Threads load the subject and the range by their names. */
function namedWorkers(space: Space, project: Project, job: Job, options: ExploreRangesOptions): SearchWorker[] {
  if (typeof options.subject === 'object') return [workerHere(space, project, job)];
  const { folder, subjectAs } = project;
  const { workers = availableParallelism() } = options;
  return Array.from({ length: workers }, () => threadWorker({ ...job, folder, subject: subjectAs, space: space.name }));
}

function workerHere({ variations }: Space, { subject }: Project, job: Job): SearchWorker {
  return localWorker(createSearcher({ ...job, variations, simulate: simulationOf(subject) }));
}

function folderToKeepIn({ scenarioFolders: [folder] }: Catalogue): string {
  if (folder !== undefined) return folder;
  throw new UsageError('scenario-folder-missing', 'ratchet.config.ts names no folder of scenarios to keep it in');
}
