/**
 * The verbs of the command line as functions, for tests and CI scripts. They print nothing, do not exit, and return the
 * results. Bad input or a broken environment rejects with a `RatchetError`, whose `code` is stable and whose `hint` says
 * what to do. The modules of a verb are loaded at its first call.
 */
import type { Validity } from '../checker/verdict.ts';
import type { History } from '../history/event.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { JudgedExploration, JudgedRun, RunTitle } from '../port/reporter.ts';
import type { CheckFilesOptions } from './check-files.ts';
import { collect } from './collect.ts';
import type { ExploreRangesOptions } from './explore-ranges.ts';
import type { HuntResults } from '../port/hunt.ts';
import type { LoadScenarioOptions } from './load-scenario.ts';
import type { HuntOptions } from './hunt-planted.ts';
import type { MatrixResults } from '../port/matrix.ts';
import type { MatrixOptions } from './judge-matrix.ts';
import type { PreflightOptions, PreflightResults } from './preflight-subject.ts';
import type { RunningOptions, RunScenariosOptions } from './run-scenarios.ts';

export interface RunResults {
  /** False if any run violates a property, else unknown if any is inconclusive, else true. What a baseline has counts as held. */
  valid: Validity;
  runs: readonly JudgedRun[];
  /** The scenarios that the backend or the subject cannot run, if all scenarios of the project are run. */
  leftOut: readonly { title: RunTitle; reason: string }[];
  durationMs: number;
}

export interface ExploreResults {
  /** False if any plan violates a property, else unknown if any could not be judged, else true. What a baseline has counts as held. */
  valid: Validity;
  explorations: readonly JudgedExploration[];
  durationMs: number;
}

export interface CheckResults {
  /** False if any history violates a property, else unknown if any is inconclusive, else true. */
  valid: Validity;
  /** In the order of the call. */
  histories: readonly JudgedRun[];
  durationMs: number;
}

/**
 * Runs scenarios against a subject, saves each plan with its history, and judges the history.
 * @example `await run({ scenarios: ['lagging-replica'], subject: './my-subject.ts', backend: 'simulated' })`
 * @throws RatchetError for bad input (`exitCode` 64), or if a run cannot start (2)
 */
export async function run(options: RunScenariosOptions = {}): Promise<RunResults> {
  const { runScenarios } = await import('./run-scenarios.ts');
  return runsOf(await collect(options.reporter, (reporter) => runScenarios({ ...options, reporter })));
}

/**
 * Runs a plan again, on any subject and backend.
 * @param plan the path of a `plan.json`, its JSON, or `{ plan: 1, scenario: 'mine', seed: 1, ...plan({ … }) }`
 * @throws RatchetError for bad input (`exitCode` 64), or if a run cannot start (2)
 */
export async function replay(plan: PlanInput | string, options: RunningOptions = {}): Promise<RunResults> {
  const { replayPlan } = await import('./replay-plan.ts');
  return runsOf(await collect(options.reporter, (reporter) => replayPlan(plan, { ...options, reporter })));
}

/**
 * Searches ranges of plans, in simulation, for a plan under which the subject violates a property, and shrinks it.
 * @example `await explore({ ranges: ['lagging-replica'], subject: './my-subject.ts', runs: 200 })`
 * @throws RatchetError for bad input (`exitCode` 64), or if the search cannot start (2)
 */
export async function explore(options: ExploreRangesOptions = {}): Promise<ExploreResults> {
  const { exploreRanges } = await import('./explore-ranges.ts');
  const { valid, explorations, durationMs } = await collect(options.reporter, (reporter) =>
    exploreRanges({ ...options, reporter }),
  );
  return { valid, explorations, durationMs };
}

/**
 * Judges histories: of runs, of Jepsen, or of logs.
 * @param histories paths of files, `.gz` too, or histories themselves, e.g. the `history` of a run
 * @example `await check(['reports/latest/history.ndjson'], { properties: ['monotonic-view'] })`
 * @throws UsageError for a file that cannot be read, and a history that is not valid (`exitCode` 64)
 */
export async function check(
  histories: readonly (string | History)[],
  options: CheckFilesOptions = {},
): Promise<CheckResults> {
  const { checkFiles } = await import('./check-files.ts');
  const { valid, runs, durationMs } = await collect(options.reporter, (reporter) =>
    checkFiles(histories, { ...options, reporter }),
  );
  return { valid, histories: runs, durationMs };
}

/**
 * Checks that a subject is connected: its row, route, reader, generation and the end of it, without any fault.
 * @example `const { ok, checks } = await preflight({ subject: './my-subject.ts' })`
 * @throws RatchetError for bad input (`exitCode` 64), or if the databases cannot be started (2)
 */
export async function preflight(options: PreflightOptions = {}): Promise<PreflightResults> {
  const { preflightSubject } = await import('./preflight-subject.ts');
  return preflightSubject(options);
}

/**
 * Runs scenarios against several subjects, and compares each verdict with what the subject declares.
 * @example `await matrix({ subjects: ['./a.ts', './b.ts'], backend: 'simulated' })`
 * @throws RatchetError for bad input (`exitCode` 64), or if a run cannot start (2)
 */
export async function matrix(options: MatrixOptions = {}): Promise<MatrixResults> {
  const { judgeMatrix } = await import('./judge-matrix.ts');
  return judgeMatrix(options);
}

/**
 * Lets k6 drive many tabs over HTTP while a scenario runs again and again, and judges what each tab was answered.
 * @example `await load('lagging-replica', { subject: './my-subject.ts', tabs: 200, durationMs: 60_000 })`
 * @throws RatchetError for bad input (`exitCode` 64), or if k6 is missing or the load cannot start (2)
 */
export async function load(
  scenario: string,
  options: Omit<LoadScenarioOptions, 'scenario' | 'command'> = {},
): Promise<RunResults> {
  const { loadScenario } = await import('./load-scenario.ts');
  return runsOf(await collect(options.reporter, (reporter) => loadScenario({ ...options, scenario, reporter })));
}

/**
 * Searches each application with a planted bug for a plan under which the bug shows.
 * @example `const { valid, hunts } = await hunt({ runs: 2_000 })`
 * @throws RatchetError for bad input (`exitCode` 64), or if a search cannot start (2)
 */
export async function hunt(options: HuntOptions = {}): Promise<HuntResults> {
  const { huntPlanted } = await import('./hunt-planted.ts');
  return huntPlanted(options);
}

function runsOf({ valid, runs, leftOut, durationMs }: RunResults): RunResults {
  return { valid, runs, leftOut, durationMs };
}
