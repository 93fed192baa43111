/** Verdicts for a person to read. */
import type { Validity, Verdict, Violation } from '../checker/verdict.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { History } from '../history/event.ts';
import { seconds, tellViolation } from './counterexample.ts';
import { describeMeasured } from './measured.ts';

/** Colours, or functions that leave the text as it is. */
export interface Palette {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export const plainPalette: Palette = {
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  dim: (text) => text,
  bold: (text) => text,
};

/** One line a property; under each that is violated, its first violation told in full. */
export function formatVerdicts(
  history: History | HistoryColumns,
  verdicts: readonly Verdict[],
  palette: Palette,
): string {
  const width = Math.max(...verdicts.map(({ property }) => property.length));
  return verdicts.flatMap((verdict) => formatVerdict(history, verdict, width, palette)).join('\n');
}

export function validityMark(valid: Validity, palette: Palette): string {
  return valid === true ? palette.green('✓') : valid === false ? palette.red('✗') : palette.yellow('?');
}

function formatVerdict(history: History | HistoryColumns, verdict: Verdict, width: number, palette: Palette): string[] {
  const head = `${validityMark(verdict.valid, palette)} ${verdict.property.padEnd(width)}`;
  const [violation] = verdict.violations;
  if (violation === undefined) return [[head, ...remarks(verdict, palette)].join('   ').trimEnd()];
  const total =
    typeof verdict.measured?.['violations'] === 'number' ? verdict.measured['violations'] : verdict.violations.length;
  const more = total > 1 ? palette.dim(`   (and ${total - 1} more)`) : '';
  return [`${head}   ${palette.bold(violation.sentence)}${more}`, ...formatStory(asColumns(history), violation)];
}

function remarks(verdict: Verdict, palette: Palette): string[] {
  const measured = describeMeasured(verdict);
  return [
    ...(verdict.reason === undefined ? [] : [`unknown: ${verdict.reason}`]),
    ...(measured === undefined ? [] : [palette.dim(measured)]),
  ];
}

/** The story of a violation, one line each: when, who did what, and where it came from. */
export function formatStory(history: HistoryColumns, violation: Violation): string[] {
  const lines = tellViolation(history, violation);
  const times = lines.map((line) => seconds(line.time));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const whatWidth = Math.max(...lines.map((line) => line.what.length));
  return lines.map((line, at) =>
    `   ${times[at]!.padStart(timeWidth)}  ${line.what.padEnd(whatWidth)}   ${line.source}`.trimEnd(),
  );
}
