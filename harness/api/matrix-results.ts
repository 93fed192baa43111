/** The cells of a matrix and the costs of its subjects, from runs as they are judged. */
import { foldValidity, worstOf, type Validity } from '../checker/verdict.ts';
import type { BaselineGate } from '../baseline/baseline-gate.ts';
import { RatchetError } from '../errors.ts';
import type { MatrixCell, MatrixResults } from '../port/matrix.ts';
import type { JudgedRun, Reporter, VerbEnd, VerbStart } from '../port/reporter.ts';
import { addCosts, costsOf, noSamples } from '../runner/run-costs.ts';

/** One subject: a reporter of its runs. */
export class MatrixColumn implements Reporter {
  readonly #samples = noSamples();
  readonly #runs: JudgedRun[] = [];
  #start: Pick<VerbStart, 'titles' | 'leftOut' | 'part'> = { titles: [], leftOut: [] };
  durationMs = 0;
  /** What has stopped its runs. */
  error: Error | undefined;

  begin({ titles, leftOut, part }: VerbStart): void {
    this.#start = { titles, leftOut, ...(part === undefined ? {} : { part }) };
  }

  ran(run: JudgedRun): void {
    addCosts(this.#samples, run.history.events);
    this.#runs.push(run);
  }

  end({ durationMs, error }: VerbEnd): void {
    this.durationMs = durationMs;
    this.error = error;
  }

  get subject(): string {
    const { titles, leftOut, part } = this.#start;
    return [...titles, ...(part?.titles ?? []), ...leftOut.map(({ title }) => title)][0]?.subject ?? '';
  }

  get cells(): MatrixCell[] {
    const byScenario = Map.groupBy(this.#runs, ({ scenario = '' }) => scenario);
    return [...byScenario].map(([scenario, own]) => cellOf(scenario, this.subject, own));
  }

  get leftOut(): MatrixResults['leftOut'] {
    const { subject } = this;
    return this.#start.leftOut.map(({ title, reason }) => ({ scenario: title.scenario ?? '', subject, reason }));
  }

  get failed(): MatrixResults['failed'] {
    const { error, subject } = this;
    if (error === undefined) return [];
    const hint = error instanceof RatchetError && error.hint !== undefined ? [error.hint] : [];
    const [reason = '', ...details] = error.message.split('\n');
    return [{ subject, reason, details: [...details, ...hint] }];
  }

  get costs(): MatrixResults['costs'] {
    const costs = costsOf(this.#samples);
    return costs === undefined ? {} : { [this.subject]: costs };
  }
}

/** @param isWhole whether everything was run */
export function matrixOf(columns: readonly MatrixColumn[], isWhole: boolean): MatrixResults {
  const cells = columns.flatMap((column) => column.cells);
  return {
    valid: verdictOf(cells, isWhole),
    scenarios: [...new Set(cells.map(({ scenario }) => scenario))],
    subjects: columns.map(({ subject }) => subject),
    cells,
    leftOut: columns.flatMap((column) => column.leftOut),
    failed: columns.flatMap((column) => column.failed),
    costs: Object.assign({}, ...columns.map(({ costs }) => costs)) as MatrixResults['costs'],
    durationMs: columns.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

/** With how the gate sees them: a cell whose violations are known is as good as one that is as declared. */
export function withBaseline(results: MatrixResults, isWhole: boolean, gate: BaselineGate): MatrixResults {
  const known = results.cells.map((cell) => ({ ...cell, isAsExpected: cell.isAsExpected || cell.isKnown === true }));
  const baseline = gate.summary(verdictOf(known, isWhole));
  return baseline === undefined ? results : { ...results, baseline };
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
