/** Runs every scenario against every subject, and compares each verdict with what the subject declares. */
import { foldValidity, worstOf, type Validity } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import type { MatrixCell, MatrixResults, RunCosts } from '../port/matrix.ts';
import type { JudgedRun } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { addCosts, costsOf, noSamples } from '../runner/run-costs.ts';
import { collect } from './collect.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { runScenarios, type RunScenariosOptions } from './run-scenarios.ts';

export interface MatrixOptions extends Omit<
  RunScenariosOptions,
  'subject' | 'reporter' | 'regressions' | 'onUnsupported'
> {
  /** The applications: names, paths of files, or values. Default: all subjects of the project. */
  subjects?: readonly (string | Subject)[];
}

/** @throws RatchetError if the input is bad, or a run cannot start */
export async function judgeMatrix({ subjects, ...options }: MatrixOptions = {}): Promise<MatrixResults> {
  const chosen = subjects ?? (await openCatalogue(options.folder ?? process.cwd())).subjectNames;
  if (chosen.length === 0) throw noSubjects();
  const columns: MatrixColumn[] = [];
  for (const subject of chosen) {
    if (options.signal?.aborted !== true) columns.push(await columnOf(subject, options));
  }
  const cells = columns.flatMap((column) => column.cells);
  return {
    valid: columns.length < chosen.length ? 'unknown' : verdictOf(cells),
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
async function columnOf(subject: string | Subject, options: Omit<MatrixOptions, 'subjects'>): Promise<MatrixColumn> {
  const samples = noSamples();
  const { runs, leftOut, durationMs } = await collect(
    { ran: ({ history }) => addCosts(samples, history.events) },
    (reporter) => runScenarios({ ...options, subject, reporter, regressions: false, onUnsupported: 'leave-out' }),
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
    violated: violatedIn(runs),
    ...(shortest === undefined ? {} : { counterexample: counterexampleOf(shortest) }),
    ...(valid === 'unknown' && unknown !== undefined ? { reason: reasonOf(unknown) } : {}),
  };
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

function verdictOf(cells: readonly MatrixCell[]): Validity {
  const others = cells.filter(({ isAsExpected }) => !isAsExpected);
  if (others.length === 0) return cells.length > 0 ? true : 'unknown';
  return others.every(({ valid }) => valid === 'unknown') ? 'unknown' : false;
}

function noSubjects(): UsageError {
  const hint = 'name them with --subject, or their folders as `subjects` in ratchet.config.ts';
  return new UsageError('subject-missing', 'there are no subjects to compare', hint);
}
