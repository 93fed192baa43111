/** The limit of a subject: in words, with its curve for a terminal, and as SVG. */
import type { LimitPoint, LimitResults } from '../port/limit.ts';
import type { Palette } from './palette.ts';

const BAR_CELLS = 20;

/** One sentence, and a line for each value that was tried. */
export function limitText(results: LimitResults, subject: string, palette: Palette): string {
  const { points, vary } = results;
  const width = Math.max(vary.length, ...points.map(({ value }) => number(value).length));
  const rows = points.map(
    (point) => `  ${number(point.value).padStart(width)}  ${bar(point, palette)}  ${share(point)}`,
  );
  return [limitSentence(results, subject), '', palette.dim(`  ${vary.padStart(width)}  runs that hold`), ...rows].join(
    '\n',
  );
}

/** `workspace-fix holds under lagging-replica while lag_ms is below 2,810 (95%: 2,780 to 2,840; 190 runs)`. */
export function limitSentence({ scenario, vary, limit, points, runs }: LimitResults, subject: string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (limit !== undefined) {
    const [from, to] = limit.interval;
    return `${subject} holds under ${scenario} while ${vary} is ${limit.holds} ${number(limit.value)} (95%: ${number(from)} to ${number(to)}; ${runs} runs)`;
  }
  const everywhere = `from ${number(first?.value ?? 0)} to ${number(last?.value ?? 0)} (${runs} runs)`;
  if (first?.held === first?.runs && last?.held === last?.runs) {
    return `${subject} holds under ${scenario} with ${vary} ${everywhere}`;
  }
  return `${subject} does not hold under ${scenario} with any ${vary} ${everywhere}`;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 240, 56, 16, 24, 40];

/** The share of runs that hold over the values near the limit, with its 95% interval. */
export function limitSvg(results: LimitResults, subject: string): string {
  const shown = nearLimit(results);
  const [low, high] = [shown[0]?.value ?? 0, shown.at(-1)?.value ?? 1];
  const x = (value: number): number => LEFT + ((value - low) / Math.max(1, high - low)) * (WIDTH - LEFT - RIGHT);
  const y = (part: number): number => TOP + (1 - part) * (HEIGHT - TOP - BOTTOM);
  const line = shown.map(({ value, held, runs }) => `${x(value).toFixed(1)},${y(held / runs).toFixed(1)}`).join(' ');
  const marks = shown.map(
    ({ value, interval: [least, most] }) =>
      `<line x1="${x(value).toFixed(1)}" x2="${x(value).toFixed(1)}" y1="${y(least).toFixed(1)}" y2="${y(most).toFixed(1)}" class="i"/>`,
  );
  const label = (text: string, at: number, anchor: string): string =>
    `<text x="${at}" y="${HEIGHT - 16}" text-anchor="${anchor}">${escaped(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(limitSentence(results, subject))}">`,
    '<style>text{font:12px sans-serif;fill:#555}.a{stroke:#999}.c{fill:none;stroke:#0a7;stroke-width:2}.i{stroke:#0a7;stroke-opacity:.5}</style>',
    ...[0, 0.5, 1].map(
      (part) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(part)}" y2="${y(part)}" class="a" stroke-opacity=".3"/><text x="${LEFT - 8}" y="${y(part) + 4}" text-anchor="end">${part * 100}%</text>`,
    ),
    ...marks,
    `<polyline points="${line}" class="c"/>`,
    label(number(low), LEFT, 'start'),
    label(results.vary, (LEFT + WIDTH - RIGHT) / 2, 'middle'),
    label(number(high), WIDTH - RIGHT, 'end'),
    `<text x="${LEFT}" y="14">${escaped(`runs in which ${subject} holds`)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** The values of the curve; the search before it may have begun far away. */
function nearLimit({ points, limit }: LimitResults): readonly LimitPoint[] {
  if (limit === undefined) return points;
  const margin = Math.max(1, limit.value * 0.15);
  return points.filter(({ value }) => Math.abs(value - limit.value) <= margin);
}

function bar({ held, runs }: LimitPoint, palette: Palette): string {
  const cells = Math.round((held / Math.max(1, runs)) * BAR_CELLS);
  return palette.green('█'.repeat(cells)) + palette.dim('░'.repeat(BAR_CELLS - cells));
}

function share({ held, runs, unknown }: LimitPoint): string {
  return `${held} of ${runs}${unknown === 0 ? '' : `, ${unknown} inconclusive`}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
