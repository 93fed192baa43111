/** A matrix of scenarios and subjects: for a terminal, and as Markdown. */
import type { MatrixCell, MatrixResults, RunCosts } from '../port/matrix.ts';
import type { Palette } from './palette.ts';
import { quotedLines } from './printable.ts';
import { describeBaseline, describeVanished } from './summary.ts';
import { validityMark } from './verdict-text.ts';

/** What is measured of each subject: the title, and the value. */
const COSTS: readonly (readonly [title: string, value: (costs: RunCosts) => string])[] = [
  ['requests per poll', ({ requestsPerPoll }) => requestsPerPoll.toFixed(2)],
  ['poll p50 / p99, ms', ({ pollMs: { p50, p99 } }) => `${round(p50)} / ${round(p99)}`],
  ['polls answered', ({ answeredShare }) => `${(answeredShare * 100).toFixed(1)}%`],
  ['polls served by the primary', ({ primaryShare }) => `${Math.round(primaryShare * 100)}%`],
  ['longest time behind, s', ({ behindMs }) => (behindMs / 1e3).toFixed(1)],
];

/** One line a scenario, the costs of each subject, and what is not as expected or violated. */
export function matrixText(matrix: MatrixResults, palette: Palette): string {
  const { scenarios, subjects, cells, costs, leftOut, failed, baseline } = matrix;
  const titles = [...scenarios, ...COSTS.map(([title]) => title)];
  const width = Math.max(...titles.map((title) => title.length));
  const widths = subjects.map((subject) => Math.max(subject.length, 9));
  const row = (title: string, entries: readonly string[]): string =>
    `${title.padEnd(width)}  ${entries.map((entry, at) => entry.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd();
  const lines = [palette.bold(row('', subjects))];
  for (const scenario of scenarios) {
    const marks = subjects.map((subject, at) => padded(markOf(cellAt(cells, scenario, subject), palette), widths[at]));
    lines.push(`${scenario.padEnd(width)}  ${marks.join('  ')}`.trimEnd());
  }
  if (Object.keys(costs).length > 0) {
    lines.push('', palette.dim('cost, over all runs'));
    for (const [title, value] of COSTS) {
      lines.push(
        row(
          title,
          subjects.map((subject) => (costs[subject] === undefined ? '' : value(costs[subject]))),
        ),
      );
    }
  }
  const told = [
    ...cells.flatMap((cell) => describeCell(cell, palette)),
    ...failed.flatMap(({ subject, reason, details }) => {
      const head = `${validityMark('unknown', palette)} ${subject} was stopped: ${reason}`;
      return quotedLines([head, ...details].join('\n'));
    }),
  ];
  const omitted = leftOut.map(({ scenario, subject, reason }) =>
    palette.dim(`left out: ${scenario === undefined ? '' : `${scenario} · `}${subject}: ${reason}`),
  );
  const compared =
    baseline === undefined ? [] : ['', ...baseline.vanished.map(describeVanished), describeBaseline(baseline)];
  return [...lines, ...(told.length > 0 ? ['', ...told] : []), ...omitted, ...compared].join('\n');
}

/** The table of verdicts and the table of costs. */
export function matrixMarkdown({ scenarios, subjects, cells, costs, failed }: MatrixResults): string {
  const table = (rows: readonly (readonly string[])[]): string[] => rows.map((row) => `| ${row.join(' | ')} |`);
  const head = [...table([['scenario', ...subjects]]), `|---|${'---|'.repeat(subjects.length)}`];
  const verdicts = scenarios.map((scenario) => [
    `\`${scenario}\``,
    ...subjects.map((subject) => MARKS[String(cellAt(cells, scenario, subject)?.valid)] ?? ''),
  ]);
  const measured = COSTS.map(([title, value]) => [
    title,
    ...subjects.map((subject) => (costs[subject] === undefined ? '' : value(costs[subject]))),
  ]);
  const costHead = [...table([['cost', ...subjects]]), `|---|${'---|'.repeat(subjects.length)}`];
  const stopped = failed.flatMap(({ subject, reason }) => [
    '',
    `${MARKS['unknown']} ${subject} was stopped: ${reason}`,
  ]);
  return [...head, ...table(verdicts), '', ...costHead, ...table(measured), ...stopped].join('\n');
}

const MARKS: Readonly<Record<string, string>> = { true: '✓', false: '✗', unknown: '?' };

function cellAt(cells: readonly MatrixCell[], scenario: string, subject: string): MatrixCell | undefined {
  return cells.find((cell) => cell.scenario === scenario && cell.subject === subject);
}

/** The mark, and an exclamation mark where the verdict is not the expected one. */
function markOf(cell: MatrixCell | undefined, palette: Palette): { text: string; length: number } {
  if (cell === undefined) return { text: palette.dim('–'), length: 1 };
  const mark = validityMark(cell.valid, palette);
  return isSurprise(cell) ? { text: `${mark} ${palette.yellow('!')}`, length: 3 } : { text: mark, length: 1 };
}

/** The subject declares another verdict. */
function isSurprise({ expected, isAsExpected, isKnown, valid }: MatrixCell): boolean {
  return expected !== undefined && valid !== 'unknown' && !isAsExpected && isKnown !== true;
}

function padded({ text, length }: { text: string; length: number }, width = 0): string {
  return text + ' '.repeat(Math.max(0, width - length));
}

function describeCell(cell: MatrixCell, palette: Palette): string[] {
  const { scenario, subject, valid, isAsExpected, isKnown, runs, agreeing, violated, counterexample, reason } = cell;
  if (valid === true && isAsExpected) return [];
  const words = isKnown === true ? 'known' : `expected to ${valid === true ? 'be violated' : 'hold'}`;
  const surprise = isSurprise(cell) || isKnown === true ? palette.yellow(`  ${words}`) : '';
  const share = agreeing === runs ? '' : `  in ${agreeing} of ${runs} runs`;
  const head = `${validityMark(valid, palette)} ${scenario} · ${subject}${share}${surprise}`;
  if (reason !== undefined) return [head, `  ${reason}`];
  if (counterexample === undefined) return [head];
  const { sentence, replay } = counterexample;
  return [
    `${head}  ${palette.dim(violated.join(', '))}`,
    `  ${sentence}`,
    ...(replay === undefined ? [] : [palette.dim(`  ${replay}`)]),
  ];
}

function round(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}
