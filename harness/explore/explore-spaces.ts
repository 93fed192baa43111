/** Explores spaces one after the other and reports each to a reporter, for `ratchet explore`. */
import type { Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import type { JudgedExploration, Reporter, RunTitle } from '../port/reporter.ts';
import type { Shard } from '../port/shard.ts';
import type { Subject } from '../port/subject.ts';
import { DEFAULT_BACKEND, DEFAULT_SEED } from '../runner/defaults.ts';
import { explainOnce } from '../runner/explain-untested.ts';
import { execute } from '../runner/execute.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { replayCommand } from '../runner/replay-command.ts';
import { reportingEnd } from '../runner/reporting-end.ts';
import { judgedRun } from '../runner/run-tasks.ts';
import { itemAt } from '../required.ts';
import {
  explore,
  isSurviving,
  survivesIn,
  type Explored,
  type Found,
  type Progress,
  type SearchWorker,
} from './explore.ts';
import { keepFound } from './regressions.ts';
import type { Space } from './space.ts';

export interface ExploreSpacesOptions {
  spaces: readonly Space[];
  subject: Subject;
  /** The subject as an argument of commands: its name, or the path of its file. */
  subjectAs: string;
  /** Creates the workers of a space when its search starts. */
  createWorkers(space: Space): SearchWorker[];
  /** The seed of the plans. */
  seed: number;
  /** Number of plans to try; `undefined`: no limit. */
  runs: number | undefined;
  timeMs: number | undefined;
  /** Only a part of the plans; `undefined`: all. */
  shard: Shard | undefined;
  /** The same for the same search: of the ranges and of what is judged. */
  plans: string;
  /** The workers run every plan twice, and check only whether the runs differ. */
  checkDeterminism: boolean;
  /** The backend on which a counterexample is run again, after the simulation. */
  backend: string;
  /** The folder of scenarios in which a counterexample is kept as a regression; `undefined`: it is not kept. */
  keepIn: string | undefined;
  /** Root of the reports. */
  reportRoot: string;
  reporter: Reporter;
  onProgress(message: ExploreProgress): void;
  /** Stops the search; a counterexample that was already found is reported. */
  signal: AbortSignal;
}

/** The state of the search, or of a run of its counterexample. */
export type ExploreProgress = RunTitle & ({ search: Progress } | { message: string });

export const SIMULATED = 'simulated';

/** @returns the combined verdict: false if a plan violates a property, unknown if a plan could not be judged */
export async function exploreSpaces(options: ExploreSpacesOptions): Promise<Validity> {
  const { spaces, reporter, signal } = options;
  const titles = spaces.map((space) => titleOf(space, options));
  const defaults = { backend: DEFAULT_BACKEND, seed: DEFAULT_SEED };
  const explain = explainOnce({
    subject: options.subject,
    backend: await loadBackend(SIMULATED),
    onProgress: () => undefined,
    signal,
  });
  return reportingEnd(reporter, realClock(), async (judged) => {
    const { shard = { number: 1, of: 1 }, plans } = options;
    const part = { ...shard, titles, mine: [...titles.keys()], plans };
    await reporter.begin?.({ verb: 'explore', titles, leftOut: [], defaults, part });
    for (const [at, space] of spaces.entries()) {
      if (signal.aborted) break;
      await reporter.starting?.(itemAt(titles, at));
      const exploration = await exploreOne(space, itemAt(titles, at), explain, options);
      judged.push(exploration.valid);
      await reporter.explored?.(exploration);
    }
    if (judged.length < spaces.length) judged.push('unknown');
  });
}

function titleOf({ name }: Space, { subject, seed }: ExploreSpacesOptions): RunTitle {
  return { scenario: name, subject: subject.name, seed };
}

async function exploreOne(
  space: Space,
  title: RunTitle,
  explain: ReturnType<typeof explainOnce>,
  options: ExploreSpacesOptions,
): Promise<JudgedExploration> {
  const { checkDeterminism, runs, timeMs, shard, signal } = options;
  const explored = await explore({
    workers: options.createWorkers(space),
    runs,
    timeMs,
    shard,
    clock: realClock(),
    onProgress: (search) => options.onProgress({ ...title, search }),
    signal,
  });
  const { found: find, chunks, ...measured } = explored;
  const found = find && { ...(await confirmed(find, space, options)), chunk: find.chunk };
  const valid = validityOf({ ...explored, found });
  const isExplicable = valid === 'unknown' && found === undefined && !signal.aborted;
  const { failedCheck } = isExplicable ? await explain() : {};
  const mistake = failedCheck === undefined ? {} : { failedCheck };
  return {
    ...title,
    ...measured,
    ...mistake,
    valid,
    expected: space.expected,
    isDeterminismCheck: checkDeterminism,
    found,
    chunks: chunks.map((chunk) => ({ ...chunk, find: undefined })),
    record: { space: space.name, ...measured, ...mistake, ...(found === undefined ? {} : { found: recordOf(found) }) },
  };
}

/** A search in which no plan tested anything has not shown that the subject holds. */
function validityOf({
  found,
  runs,
  untested,
}: Pick<Explored, 'runs' | 'untested'> & { found: FoundPlan | undefined }): Validity {
  if (found === undefined) return untested === runs ? 'unknown' : true;
  return found.failing.kind === 'violation' ? false : 'unknown';
}

type FoundPlan = NonNullable<JudgedExploration['found']>;

export function recordOf({
  failing,
  isShrunk,
  shrinkRuns,
  steadiness,
  plan,
  runs,
  keptAs,
}: FoundPlan): Record<string, unknown> {
  return {
    failing,
    isShrunk,
    shrinkRuns,
    ...(steadiness === undefined ? {} : { steadiness }),
    plan,
    runs: runs.map(({ record, isConfirmed }) => ({ ...record, isConfirmed })),
    ...(keptAs === undefined ? {} : { keptAs }),
  };
}

/** What it takes to run a found plan again. */
export type ConfirmOptions = Pick<
  ExploreSpacesOptions,
  'keepIn' | 'subject' | 'subjectAs' | 'reportRoot' | 'backend' | 'signal'
> & { onProgress(message: RunTitle & { message: string }): void };

type ToConfirm = Pick<Found, 'failing' | 'minimal' | 'isShrunk' | 'shrinkRuns' | 'steadiness'>;

/** Runs the smallest plan again, first in simulation and then on the given backend, and keeps it if that is wanted. */
export async function confirmed(
  find: ToConfirm,
  space: Pick<Space, 'name'>,
  options: ConfirmOptions,
): Promise<FoundPlan> {
  const { minimal: plan, isShrunk, shrinkRuns, steadiness } = find;
  const { keepIn, subject, subjectAs } = options;
  // A counterexample is reported even if the search was interrupted.
  const simulated = await runOnce(SIMULATED, 1, find, { ...options, signal: new AbortController().signal });
  // This run has the state of a new process, if the search was in other threads.
  const vanishes = find.failing.kind === 'violation' && !simulated.isConfirmed;
  const failing = vanishes ? survivesIn('a module that is loaded once, such as a package') : find.failing;
  const isToConfirm = options.backend !== SIMULATED && !vanishes;
  const runs = [simulated, ...(isToConfirm ? await confirmingRuns(find, options) : [])];
  const confirm =
    isToConfirm || isSurviving(failing)
      ? undefined
      : replayCommand({ planFile: simulated.planFile, backend: DEFAULT_BACKEND }, subjectAs);
  const isKept = keepIn !== undefined && failing.kind === 'violation';
  const keptAs = isKept ? keepFound(keepIn, space.name, subject.name, find, simulated.verdicts) : undefined;
  return { failing, plan, isShrunk, shrinkRuns, steadiness, runs, confirm, keptAs };
}

type RunAgain = Awaited<ReturnType<typeof runOnce>>;

/** Runs in real time differ, so a counterexample gets several attempts. */
const CONFIRM_ATTEMPTS = 3;

/** Runs the plan until the violation is confirmed, or the attempts are used up. */
async function confirmingRuns(find: ToConfirm, options: ConfirmOptions): Promise<RunAgain[]> {
  const runs: RunAgain[] = [];
  while (runs.length < CONFIRM_ATTEMPTS && !options.signal.aborted && runs.at(-1)?.isConfirmed !== true) {
    runs.push(await runOnce(options.backend, runs.length + 1, find, options));
  }
  return runs;
}

/** Runs the smallest plan on a backend. */
async function runOnce(
  backend: string,
  attempt: number,
  { minimal: plan, failing }: ToConfirm,
  { subject, subjectAs, reportRoot, signal, onProgress }: ConfirmOptions,
) {
  const report = await execute({
    plan,
    subject,
    backend: await loadBackend(backend),
    reportRoot,
    expected: undefined,
    onProgress: (message) => onProgress({ scenario: plan.scenario, subject: subject.name, backend, message }),
    signal,
  });
  const isConfirmed = report.verdicts.some(({ property, valid }) => property === failing.what && valid === false);
  return { ...judgedRun(report, subjectAs), isConfirmed, attempt };
}
