/** The picture of a limit: the share of runs that hold over the values near it. */
import type { LimitResults } from '../../port/limit.ts';
import { limitSentence, nearLimit } from '../limit-text.ts';
import { element, label, type Markup } from './svg-element.ts';

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 240, 56, 16, 24, 40];
const STYLE =
  'text{font:12px sans-serif;fill:#555}.a{stroke:#999;stroke-opacity:.3}.c{fill:none;stroke:#0a7;stroke-width:2}.i{stroke:#0a7;stroke-opacity:.5}';

/** The share of runs that hold, with its 95% interval. */
export function limitSvg(results: LimitResults, subject: string): string {
  const shown = nearLimit(results);
  const [low, high] = [shown[0]?.value ?? 0, shown.at(-1)?.value ?? 1];
  const x = (value: number): number => LEFT + ((value - low) / Math.max(1, high - low)) * (WIDTH - LEFT - RIGHT);
  const points = shown.map(({ value, held, runs }) => `${x(value).toFixed(1)},${heightOf(held / runs).toFixed(1)}`);
  const picture = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': limitSentence(results, subject),
    },
    element('style', {}, STYLE),
    ...[0, 0.5, 1].flatMap(gridLine),
    ...shown.map(({ value, interval: [least, most] }) =>
      element('line', { x1: x(value), x2: x(value), y1: heightOf(least), y2: heightOf(most), class: 'i' }),
    ),
    element('polyline', { points: points.join(' '), class: 'c' }),
    label('t', LEFT, HEIGHT - 16, low.toLocaleString('en-US')),
    label('t', (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, results.vary, 'middle'),
    label('t', WIDTH - RIGHT, HEIGHT - 16, high.toLocaleString('en-US'), 'end'),
    label('t', LEFT, 14, `runs in which ${subject} holds`),
  );
  return `${picture.markup}\n`;
}

function gridLine(share: number): Markup[] {
  const y = heightOf(share);
  return [
    element('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: 'a' }),
    label('t', LEFT - 8, y + 4, `${share * 100}%`, 'end'),
  ];
}

function heightOf(share: number): number {
  return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
}
