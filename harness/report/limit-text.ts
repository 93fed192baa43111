/** The limit of a subject: in words, and with its curve for a terminal. */
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

/** The values of the curve; the search before it may have begun far away. */
export function nearLimit({ points, limit }: LimitResults): readonly LimitPoint[] {
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
