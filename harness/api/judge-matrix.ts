/** Runs every scenario against every subject, and compares each verdict with what the subject declares. */
import { foldValidity, worstOf, type Validity } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import type { MatrixCell, MatrixResults, RunCosts } from '../port/matrix.ts';
import type { JudgedRun } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { addCosts, costsOf, noSamples } from '../runner/run-costs.ts';
import type { BaselineGate } from '../baseline/baseline-gate.ts';
import { collect } from './collect.ts';
import { openGate } from './open-gate.ts';
import { openProject } from './project.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { requireWholeNumbers } from './whole-numbers.ts';
import { eitherSignal, runProject, type RunScenariosOptions } from './run-scenarios.ts';

export interface MatrixOptions extends Omit<
  RunScenariosOptions,
  'subject' | 'reporter' | 'regressions' | 'onUnsupported'
> {
  /** The applications: names, paths of files, or values. Default: all subjects of the project. */
  subjects?: readonly (string | Subject)[];
}

/** @throws RatchetError if the input is bad, or a run cannot start */
export async function judgeMatrix({ subjects, ...options }: MatrixOptions = {}): Promise<MatrixResults> {
  requireWholeNumbers(options);
  const { folder = process.cwd(), properties } = options;
  const { subjectNames, projectFolder } = await openCatalogue(folder);
  const chosen = subjects ?? subjectNames;
  if (chosen.length === 0) throw noSubjects();
  const around = { projectFolder, workingFolder: folder, isWhole: true, countsExpected: false, properties };
  const gate = openGate(options, around);
  const signal = eitherSignal(options.signal, gate.signal);
  const columns: MatrixColumn[] = [];
  for (const [at, subject] of chosen.entries()) {
    if (signal.aborted) break;
    const which = chosen.length > 1 ? `subject ${at + 1} of ${chosen.length}, ` : '';
    const onProgress = (message: string): void => options.onProgress?.(which + message);
    columns.push(await columnOf(subject, { ...options, signal, onProgress }, gate));
  }
  const isWhole = columns.length === chosen.length && !gate.isWaiting;
  const results = matrixOf(columns, isWhole);
  const known = results.cells.map((cell) => ({ ...cell, isAsExpected: cell.isAsExpected || cell.isKnown === true }));
  const baseline = gate.summary(verdictOf(known, isWhole));
  gate.update();
  return baseline === undefined ? results : { ...results, baseline };
}

/** @param isWhole whether everything was run */
function matrixOf(columns: readonly MatrixColumn[], isWhole: boolean): MatrixResults {
  const cells = columns.flatMap((column) => column.cells);
  return {
    valid: verdictOf(cells, isWhole),
    scenarios: [...new Set(cells.map(({ scenario }) => scenario))],
    subjects: columns.map(({ subject }) => subject),
    cells,
    leftOut: columns.flatMap((column) => column.leftOut),
    costs: Object.fromEntries(columns.flatMap(({ subject, costs }) => (costs === undefined ? [] : [[subject, costs]]))),
    durationMs: columns.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

interface MatrixColumn extends Pick<MatrixResults, 'cells' | 'leftOut' | 'durationMs'> {
  subject: string;
  costs: RunCosts | undefined;
}

/** One subject under all scenarios. A named scenario that it cannot run is left out, too. */
async function columnOf(
  subject: string | Subject,
  options: Omit<MatrixOptions, 'subjects'>,
  gate: BaselineGate,
): Promise<MatrixColumn> {
  const samples = noSamples();
  const project = await openProject({ ...options, subject });
  const { runs, leftOut, durationMs } = await collect(
    { ran: ({ history }) => addCosts(samples, history.events) },
    (reporter) =>
      runProject(project, {
        ...options,
        reporter: gate.attach(reporter),
        regressions: false,
        onUnsupported: 'leave-out',
      }),
  );
  const name = runs[0]?.subject ?? leftOut[0]?.title.subject ?? (typeof subject === 'string' ? subject : subject.name);
  const byScenario = Map.groupBy(runs, ({ scenario = '' }) => scenario);
  return {
    subject: name,
    cells: [...byScenario].map(([scenario, own]) => cellOf(scenario, name, own)),
    leftOut: leftOut.map(({ title, reason }) => ({ scenario: title.scenario ?? '', subject: name, reason })),
    costs: costsOf(samples),
    durationMs,
  };
}

function cellOf(scenario: string, subject: string, runs: readonly JudgedRun[]): MatrixCell {
  const valid = foldValidity(runs.map((run) => run.valid));
  const expected = runs[0]?.expected;
  const [shortest] = runs
    .filter((run) => run.valid === false)
    .toSorted((a, b) => a.history.events.length - b.history.events.length);
  const unknown = runs.find((run) => run.valid === 'unknown');
  return {
    scenario,
    subject,
    valid,
    expected,
    isAsExpected: valid === (expected ?? true),
    runs: runs.length,
    agreeing: runs.filter((run) => run.valid === valid).length,
    ...(isKnown(runs) ? { isKnown: true } : {}),
    violated: violatedIn(runs),
    ...(shortest === undefined ? {} : { counterexample: counterexampleOf(shortest) }),
    ...(valid === 'unknown' && unknown !== undefined ? { reason: reasonOf(unknown) } : {}),
  };
}

/** Whether the baseline has every violation. */
function isKnown(runs: readonly JudgedRun[]): boolean {
  const violated = runs.filter(({ valid }) => valid === false);
  return violated.length > 0 && violated.every(({ baseline }) => baseline?.fresh.length === 0);
}

function violatedIn(runs: readonly JudgedRun[]): string[] {
  const violated = runs.flatMap(({ verdicts }) => verdicts.filter(({ valid }) => valid === false));
  return [...new Set(violated.map(({ property }) => property))];
}

function counterexampleOf({ verdicts, historyFile, replay }: JudgedRun): NonNullable<MatrixCell['counterexample']> {
  const sentence = verdicts.filter(({ valid }) => valid === false).map(worstOf)[0]?.sentence ?? '';
  return { sentence, historyFile, replay };
}

function reasonOf({ incomplete, untested = [], verdicts }: JudgedRun): string {
  return untested[0] ?? incomplete?.message ?? verdicts.find(({ valid }) => valid === 'unknown')?.reason ?? '';
}

function verdictOf(cells: readonly MatrixCell[], isWhole: boolean): Validity {
  const others = cells.filter(({ isAsExpected }) => !isAsExpected);
  if (others.length === 0) return cells.length > 0 && isWhole ? true : 'unknown';
  return others.every(({ valid }) => valid === 'unknown') ? 'unknown' : false;
}

function noSubjects(): UsageError {
  const hint = 'name them with --subject, or their folders as `subjects` in ratchet.config.ts';
  return new UsageError('subject-missing', 'there are no subjects to compare', hint);
}
