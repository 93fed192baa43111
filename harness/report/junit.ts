/** Verdicts as JUnit XML, which CI servers show: a file is a test suite, a property is a test case. */
import type { Verdict, Violation } from '../checker/verdict.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { formatStory } from './text.ts';
import { element, escapeXml } from './xml.ts';

export interface JudgedFile {
  file: string;
  history: HistoryColumns;
  verdicts: readonly Verdict[];
}

/** A property that does not hold is a failure, with its story; an unknown one is an error, with its reason. */
export function formatJunit(files: readonly JudgedFile[]): string {
  const suites = files.map(formatSuite);
  const counts = countsOf(files.flatMap(({ verdicts }) => verdicts));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element('testsuites', { name: 'ratchet check', ...counts }, suites),
  ].join('\n');
}

function formatSuite({ file, history, verdicts }: JudgedFile): string {
  const cases = verdicts.map((verdict) =>
    element('testcase', { classname: file, name: verdict.property }, outcome(history, verdict)),
  );
  return element('testsuite', { name: file, ...countsOf(verdicts) }, cases);
}

function outcome(history: HistoryColumns, { valid, violations, reason = '' }: Verdict): string[] {
  if (valid === true) return [];
  if (valid === 'unknown') return [element('error', { message: reason }, [])];
  const message = violations[0]?.sentence ?? 'does not hold';
  const stories = violations.slice(0, storiesMax).map((violation) => tell(history, violation));
  return [`<failure message="${escapeXml(message)}">${escapeXml(stories.join('\n\n'))}</failure>`];
}

/** Enough to see a pattern, few enough to be read. */
const storiesMax = 10;

function tell(history: HistoryColumns, violation: Violation): string {
  return [violation.sentence, ...formatStory(history, violation)].join('\n');
}

function countsOf(verdicts: readonly Verdict[]): Record<string, string> {
  const count = (valid: Verdict['valid']): string =>
    String(verdicts.filter((verdict) => verdict.valid === valid).length);
  return { tests: String(verdicts.length), failures: count(false), errors: count('unknown') };
}
