/**
 * The reporter for CI servers: JUnit XML. A scenario or a file is a test suite, a property of a run is a test case. A
 * violated property is a failure with its counterexamples, or skipped if the baseline has it; an inconclusive one is an
 * error with its reason.
 */
import { worstFirst, type Verdict, type Violation } from '../checker/verdict.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { JudgedExploration, JudgedRun, Reporter, ReporterOptions, RunTitle, VerbStart } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import { withPrintable } from './printable-reporter.ts';
import { statementOf } from './exhaustive-text.ts';
import { describeFailedCheck } from './check-text.ts';
import { describeAttempts } from './expected-words.ts';
import { Titles } from './title.ts';
import { formatCounterexample } from './verdict-text.ts';
import { element, escapeXml } from './xml.ts';

export function createJunitReporter({ output }: ReporterOptions): Reporter {
  const suites: Suite[] = [];
  /** The runs of each scenario, by the name of its suite. */
  const scenarios = new Map<string, Suite[]>();
  let start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  let titles = new Titles(start);
  const nameOf = (title: RunTitle): string => titles.wordsOf(title).join(' ');
  return withPrintable({
    begin(begun) {
      start = begun;
      titles = new Titles(begun);
      for (const { title, reason } of begun.leftOut) suites.push(suiteOfLeftOut(nameOf(title), reason));
    },
    ran(run) {
      const name = nameOf({ ...run, seed: undefined });
      const runs = scenarios.get(name);
      if (runs === undefined) scenarios.set(name, [suiteOfRun(name, run)]);
      else runs.push(suiteOfRun(name, run));
    },
    explored(exploration) {
      suites.push(suiteOfExploration(nameOf(exploration), exploration));
    },
    end({ error }) {
      for (const runs of scenarios.values()) suites.push(suiteOfScenario(runs));
      if (error !== undefined) suites.push(suiteOfError(`ratchet ${start.verb}`, error));
      output.write(`${formatSuites(`ratchet ${start.verb}`, suites)}\n`);
    },
  });
}

interface Suite {
  name: string;
  properties: Record<string, string | undefined>;
  cases: Case[];
  durationMs?: number;
}

interface Case {
  name: string;
  outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** Child elements. */
  content: string[];
}

function suiteOfRun(name: string, run: JudgedRun): Suite {
  return {
    name,
    properties: propertiesOf(run),
    cases: [
      ...(run.incomplete === undefined ? [] : [{ name: 'run', ...errorOf(run.incomplete.message) }]),
      ...run.verdicts.map((verdict) => caseOf(verdict, run)),
      ...(run.notJudged ?? []).map(caseOfNotJudged),
    ],
    durationMs: run.durationMs,
  };
}

/** Of several runs, a test case names its seed, and the suite has the properties in which all runs agree. */
function suiteOfScenario(runs: readonly Suite[]): Suite {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0) return first ?? { name: '', properties: {}, cases: [] };
  const labels = labelsOf(runs);
  return {
    name: first.name,
    properties: Object.fromEntries(
      Object.entries(first.properties).filter(([key, value]) =>
        others.every(({ properties }) => properties[key] === value),
      ),
    ),
    cases: runs.flatMap(({ cases }, at) => cases.map((each) => ({ ...each, name: `${each.name} ${labels[at]}` }))),
    durationMs: runs.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
  };
}

/** The seeds; with a number for those of which several plans have run, as saved regressions have the seeds of their finds. */
function labelsOf(runs: readonly Suite[]): string[] {
  const counts = new Map<string, number>();
  return runs.map(({ properties: { seed } }) => {
    const label = seed === undefined ? 'run' : `seed ${seed}`;
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    return count === 1 ? label : `${label} (${count})`;
  });
}

function propertiesOf(run: JudgedRun): Suite['properties'] {
  const { subject, backend, seed, expected, attempts, failedCheck, file, historyFile, replay } = run;
  return {
    subject,
    backend,
    seed: seed === undefined ? undefined : String(seed),
    expected: expected === undefined ? undefined : expected ? 'held' : 'violated',
    attempts: attempts === undefined ? undefined : describeAttempts(attempts),
    differences: attempts?.isUnsteady === true ? attempts.differences.join('; ') : undefined,
    history: historyFile === undefined || file !== undefined ? undefined : shortPath(historyFile),
    mistake: failedCheck === undefined ? undefined : describeFailedCheck(failedCheck),
    replay,
  };
}

/** The properties of the smallest plan that was found, or one case for a search that found nothing. */
function suiteOfExploration(name: string, exploration: JudgedExploration): Suite {
  const { found, elapsedMs: durationMs, exhaustive } = exploration;
  const first = found?.runs[0];
  if (found?.failing.kind === 'violation' && first !== undefined)
    return { ...suiteOfRun(name, withMatch(first, exploration)), durationMs };
  const statement = exhaustive === undefined ? 'no counterexample' : statementOf({ ...exploration, exhaustive });
  const none: Case = { name: statement, outcome: 'passed', content: [] };
  const unknown = exploration.untestedReason ?? (exhaustive === undefined ? undefined : 'not every plan was judged');
  const reason = found?.failing.what ?? (exploration.valid === 'unknown' ? unknown : undefined);
  const cases = reason === undefined ? [none] : [{ ...none, ...errorOf(reason) }];
  return { name, properties: first === undefined ? {} : propertiesOf(first), cases, durationMs };
}

/** The run of a found plan, with how the exploration compares with the baseline. */
function withMatch(run: JudgedRun, { baseline }: JudgedExploration): JudgedRun {
  return baseline === undefined ? run : { ...run, baseline };
}

function suiteOfLeftOut(name: string, reason: string): Suite {
  return { name, properties: {}, cases: [skipped('run', reason)] };
}

function suiteOfError(name: string, error: Error): Suite {
  return { name, properties: {}, cases: [{ name: 'run', ...errorOf(error.message) }] };
}

function caseOfNotJudged({ property, reason = '' }: Verdict): Case {
  return skipped(property, reason);
}

function skipped(name: string, reason: string): Case {
  return { name, outcome: 'skipped', content: [element('skipped', { message: reason }, [])] };
}

function caseOf(verdict: Verdict, run: JudgedRun): Case {
  const { property, valid, reason = '' } = verdict;
  if (valid === true) return { name: property, outcome: 'passed', content: [] };
  if (valid === 'unknown') {
    // Why the run is incomplete is told once, by a test case of its own.
    const isTold = run.incomplete !== undefined && reason.includes(run.incomplete.message);
    return isTold ? skipped(property, 'the run is incomplete') : { name: property, ...errorOf(reason) };
  }
  const violations = worstFirst(verdict);
  if (run.baseline?.known.includes(property))
    return skipped(property, `known: ${violations[0]?.sentence ?? 'violated'}`);
  const columns = asColumns(run.history);
  const counterexamples = violations.slice(0, COUNTEREXAMPLES_MAX).map((violation) => describe(columns, violation));
  const replay = run.replay === undefined ? [] : [`replay: ${run.replay}`];
  const text = escapeXml([...counterexamples, ...replay].join('\n\n'));
  const message = escapeXml(violations[0]?.sentence ?? 'violated');
  return { name: property, outcome: 'failure', content: [`<failure message="${message}">${text}</failure>`] };
}

/** In one failure. */
const COUNTEREXAMPLES_MAX = 10;

function describe(history: HistoryColumns, violation: Violation): string {
  return [violation.sentence, ...formatCounterexample(history, violation)].join('\n');
}

function errorOf(message: string): Pick<Case, 'outcome' | 'content'> {
  return { outcome: 'error', content: [element('error', { message }, [])] };
}

function formatSuites(name: string, suites: readonly Suite[]): string {
  // The schema of Jenkins, which other servers follow, has no sum of the skipped ones.
  const { skipped: _, ...counts } = countsOf(suites.flatMap(({ cases }) => cases));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element('testsuites', { name, ...counts }, suites.map(formatSuite)),
  ].join('\n');
}

function formatSuite({ name, properties, cases, durationMs }: Suite): string {
  const time: Record<string, string> = durationMs === undefined ? {} : { time: (durationMs / 1e3).toFixed(3) };
  const values = Object.entries(properties).filter(([, value]) => value !== undefined);
  const described = values.map(([key, value]) => element('property', { name: key, value: value! }, []));
  return element('testsuite', { name, ...countsOf(cases), ...time }, [
    ...(described.length === 0 ? [] : [element('properties', {}, described)]),
    ...cases.map((each) => element('testcase', { classname: name, name: each.name }, each.content)),
  ]);
}

function countsOf(cases: readonly Case[]): Record<string, string> {
  const count = (outcome: Case['outcome']): string => String(cases.filter((each) => each.outcome === outcome).length);
  const skipped = count('skipped');
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    ...(skipped === '0' ? {} : { skipped }),
  };
}
