/** Judged runs that were never executed, and reporters whose output is captured. */
import { judge } from '../checker/compose.ts';
import type { PropertyName } from '../checker/properties.ts';
import { foldValidity, type Verdict } from '../checker/verdict.ts';
import type { History } from '../history/event.ts';
import { historyOf, show } from '../history/history.test-support.ts';
import type { CreateReporter, JudgedExploration, JudgedRun, Reporter, RunTitle } from '../port/reporter.ts';

export const steady = historyOf([show('tab-1', { progress: 10 }), show('tab-1', { progress: 85 })]);
export const reverted = historyOf([show('tab-1', { progress: 85 }), show('tab-1', { progress: 10 })]);

/** A run that was not saved, judged by the given properties. */
export function judgedRun(
  history: History,
  names: readonly PropertyName[] = ['monotonic-view'],
  over: Partial<JudgedRun> = {},
): JudgedRun {
  const verdicts = judge(history, names).verdicts.map(heldIfShort);
  const judgement = { valid: foldValidity(verdicts.map(({ valid }) => valid)), verdicts };
  return {
    ...judgement,
    expected: undefined,
    history,
    plan: undefined,
    incomplete: undefined,
    notes: [],
    planFile: undefined,
    historyFile: undefined,
    replay: undefined,
    durationMs: 1_234,
    record: { ...judgement },
    ...over,
  };
}

/** The histories of the tests have only shows; what is missing for these properties holds. */
function heldIfShort(verdict: Verdict): Verdict {
  const { property, isNotJudged } = verdict;
  if (!isNotJudged || !SHORT_OF.has(property)) return verdict;
  return { property, valid: true, violations: [], judged: 1 };
}

const SHORT_OF: ReadonlySet<string> = new Set<PropertyName>(['monotonic-reads', 'convergence', 'availability']);

export function judgedExploration(over: Partial<JudgedExploration>): JudgedExploration {
  return {
    scenario: 'plan-space',
    subject: 'guarded',
    seed: 1,
    valid: true,
    expected: undefined,
    runs: 50,
    runsPerSecond: 25,
    elapsedMs: 2_000,
    isInterrupted: false,
    isDeterminismCheck: false,
    untested: 0,
    coverage: { 'http-route': 3, stall: 40 },
    pairs: [],
    found: undefined,
    record: { space: 'plan-space' },
    ...over,
  };
}

export const START = { leftOut: [], defaults: { backend: 'embedded', seed: 1 } } as const;
export const title = (scenario: string, over: RunTitle = {}): RunTitle => ({
  scenario,
  subject: 'guarded',
  backend: 'embedded',
  seed: 1,
  ...over,
});

/** A reporter with a file as its output, and the text that it has written. */
export async function caught(
  create: CreateReporter,
  isVerbose = false,
): Promise<{ reporter: Required<Reporter>; text(): string }> {
  let written = '';
  const output = { file: 'caught', write: (text: string) => void (written += text) };
  const reporter = await create({ output, isVerbose });
  const silent = { begin: ignore, starting: ignore, ran: ignore, explored: ignore, end: ignore };
  const bound = Object.fromEntries(
    Object.keys(silent).map((name) => [name, reporter[name as keyof Reporter]?.bind(reporter) ?? ignore]),
  );
  return { reporter: bound as unknown as Required<Reporter>, text: () => written };
}

function ignore(): void {}
