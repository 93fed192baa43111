/** Verdicts for a person to read. */
import type { Validity, Verdict, Violation } from '../checker/verdict.ts';
import type { History } from '../history/event.ts';
import { seconds, tellViolation } from './counterexample.ts';

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
export function formatVerdicts(history: History, verdicts: readonly Verdict[], palette: Palette): string {
  const width = Math.max(...verdicts.map(({ property }) => property.length));
  return verdicts.flatMap((verdict) => formatVerdict(history, verdict, width, palette)).join('\n');
}

export function validityMark(valid: Validity, palette: Palette): string {
  return valid === true ? palette.green('✓') : valid === false ? palette.red('✗') : palette.yellow('?');
}

function formatVerdict(history: History, verdict: Verdict, width: number, palette: Palette): string[] {
  const head = `${validityMark(verdict.valid, palette)} ${verdict.property.padEnd(width)}`;
  const [violation] = verdict.violations;
  if (violation === undefined)
    return [`${head}${verdict.reason === undefined ? '' : `   unknown: ${verdict.reason}`}`.trimEnd()];
  const total =
    typeof verdict.measured?.['violations'] === 'number' ? verdict.measured['violations'] : verdict.violations.length;
  const more = total > 1 ? palette.dim(`   (and ${total - 1} more)`) : '';
  return [`${head}   ${palette.bold(violation.sentence)}${more}`, ...formatStory(history, violation)];
}

function formatStory(history: History, violation: Violation): string[] {
  const lines = tellViolation(history, violation);
  const times = lines.map((line) => seconds(line.time));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const whatWidth = Math.max(...lines.map((line) => line.what.length));
  return lines.map((line, at) =>
    `   ${times[at]!.padStart(timeWidth)}  ${line.what.padEnd(whatWidth)}   ${line.whence}`.trimEnd(),
  );
}
