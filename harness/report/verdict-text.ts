/** Formats verdicts as text: each counterexample once, each reason once. */
import type { Validity, Verdict, Violation } from '../checker/verdict.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { History } from '../history/event.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { itemAt } from '../required.ts';
import { seconds, describeViolation } from './counterexample.ts';
import { describeMeasured } from './measured.ts';
import type { Palette } from './palette.ts';
import { quotedLines } from './printable.ts';
import { groupViolations, type ViolationGroup } from './violation-groups.ts';

export interface VerdictTextOptions {
  palette: Palette;
  /** Properties that hold: one line for each with its measurements, or one line with all names. */
  held: 'each' | 'names';
  /** A reason that is printed elsewhere and not repeated here. */
  knownReason?: string | undefined;
}

/** How many sessions are named after a violation. */
const SESSIONS_MAX = 3;

interface Row {
  mark: string;
  properties: string[];
  text: string;
  /** Lines below it. */
  below: string[];
}

/** Lines in the order of the verdicts; below each violated one, its first counterexample. */
export function formatVerdicts(
  history: History,
  { verdicts, notJudged = [] }: Pick<JudgedRun, 'verdicts' | 'notJudged'>,
  options: VerdictTextOptions,
): string[] {
  const rows = [...violatedAndOpen(history, verdicts, options), ...heldRows(verdicts, options)];
  const first = (row: Row): number => verdicts.findIndex(({ property }) => property === row.properties[0]);
  if (options.held === 'each') rows.sort((a, b) => first(a) - first(b));
  const width = Math.max(...rows.filter(({ text }) => text !== '').map((row) => nameOf(row).length));
  const lines = rows.flatMap((row) => {
    const name = row.text === '' ? nameOf(row) : `${nameOf(row).padEnd(width)}   ${row.text}`;
    return [`${row.mark} ${name}`, ...row.below];
  });
  return [...lines, ...notJudgedLines(notJudged, options)];
}

export function validityMark(valid: Validity, palette: Palette): string {
  return valid === true ? palette.green('✓') : valid === false ? palette.red('✗') : palette.yellow('?');
}

/** The events of a counterexample, one per line: time, actor and value, source. */
export function formatCounterexample(history: HistoryColumns, violation: Violation): string[] {
  const lines = describeViolation(history, violation);
  const times = lines.map((line) => seconds(line.time));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const whatWidth = Math.max(...lines.map((line) => line.what.length));
  return lines.map((line, at) =>
    `   ${itemAt(times, at).padStart(timeWidth)}  ${line.what.padEnd(whatWidth)}   ${line.source}`.trimEnd(),
  );
}

function nameOf({ properties }: Row): string {
  return properties.join(', ');
}

function violatedAndOpen(history: History, verdicts: readonly Verdict[], options: VerdictTextOptions): Row[] {
  const violated = verdicts.filter(({ valid }) => valid === false);
  const columns = violated.length === 0 ? undefined : asColumns(history);
  const groups = columns === undefined ? [] : groupViolations(columns, violated);
  return [...groups.map((group) => groupRow(columns!, group, options.palette)), ...unknownRows(verdicts, options)];
}

function groupRow(history: HistoryColumns, { verdict, violation, alsoBroken }: ViolationGroup, palette: Palette): Row {
  const more = othersOf(verdict, violation);
  const also = alsoBroken.map((each) => `${each.property}${moreOf(each)}`).join(', ');
  return {
    mark: validityMark(false, palette),
    properties: [verdict.property],
    text: `${palette.bold(violation.sentence)}${more === '' ? '' : palette.dim(`  ${more}`)}`,
    below: [...formatCounterexample(history, violation), ...(also === '' ? [] : [`   also broken by this: ${also}`])],
  };
}

/** ` (and 4 more)` if there are further violations. */
function moreOf({ violations, measured }: Verdict): string {
  const total = typeof measured?.['violations'] === 'number' ? measured['violations'] : violations.length;
  return total > 1 ? ` (and ${total - 1} more)` : '';
}

/** ` (and 4 more: 3 of tab-1, 1 of tab-2)`: the other violations, by session where they have one. */
function othersOf(verdict: Verdict, { session }: Violation): string {
  const more = moreOf(verdict);
  const bySession = (verdict.measured?.['sessions'] ?? {}) as Record<string, number>;
  const others = Object.entries(bySession)
    .map(([name, count]) => [name, name === session ? count - 1 : count] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a);
  if (more === '' || others.length === 0) return more;
  const named = others.slice(0, SESSIONS_MAX).map(([name, count]) => `${count} of ${name}`);
  const rest = others.slice(SESSIONS_MAX);
  const sum = rest.reduce((total, [, count]) => total + count, 0);
  const unnamed = rest.length === 1 ? 'another session' : `${rest.length} other sessions`;
  const all = rest.length === 0 ? named : [...named, `${sum} of ${unnamed}`];
  return `${more.slice(0, -1)}: ${all.join(', ')})`;
}

function unknownRows(verdicts: readonly Verdict[], { palette, knownReason }: VerdictTextOptions): Row[] {
  const unknown = verdicts.filter(({ valid }) => valid === 'unknown');
  const byReason = Map.groupBy(unknown, ({ reason = '' }) => reason);
  return [...byReason].map(([reason, group]) => {
    const isKnown = reason === '' || (knownReason !== undefined && reason.includes(knownReason));
    const [because = '', ...below] = isKnown ? [] : quotedLines(`: ${reason}`);
    return {
      mark: validityMark('unknown', palette),
      properties: group.map(({ property }) => property),
      text: `${group.every(({ isNotJudged }) => isNotJudged) ? 'not judged' : 'inconclusive'}${because}`,
      below,
    };
  });
}

function notJudgedLines(notJudged: readonly Verdict[], { palette }: VerdictTextOptions): string[] {
  const byReason = Map.groupBy(notJudged, ({ reason = '' }) => reason);
  return [...byReason].map(([reason, group]) =>
    palette.dim(`- not judged, since ${reason}: ${group.map(({ property }) => property).join(', ')}`),
  );
}

function heldRows(verdicts: readonly Verdict[], { palette, held }: VerdictTextOptions): Row[] {
  const holding = verdicts.filter(({ valid }) => valid === true);
  const mark = validityMark(true, palette);
  if (held === 'each') {
    return holding.map((verdict) => {
      const text = describeMeasured(verdict) ?? `${verdict.judged} ${verdict.judged === 1 ? 'value' : 'values'} judged`;
      return { mark, properties: [verdict.property], text: palette.dim(text), below: [] };
    });
  }
  const properties = holding.map(({ property }) => property);
  return properties.length === 0 ? [] : [{ mark, properties, text: '', below: [] }];
}
