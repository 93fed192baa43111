/** The timeline of a run in a few lines of characters: when faults applied, what was shown, and what replicas had replayed. */
import type { Verdict } from '../checker/verdict.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import { itemAt } from '../required.ts';
import { seconds } from './counterexample.ts';
import { printable } from './printable.ts';
import { nameOf } from './svg/lane-drawing.ts';
import { shortened } from './svg/svg-element.ts';
import type { FaultSpan } from './svg/timeline-faults.ts';
import type { Point } from './svg/timeline-lanes.ts';
import { readTimeline } from './svg/timeline.ts';

const WIDTH = 60;
const NAME_LENGTH_MAX = 28;
const LEVELS = '▁▂▃▄▅▆▇█';

interface Row {
  name: string;
  cells: string;
}

/** Empty if nothing was shown or committed. The column of the violation has a mark below its lane. */
export function describeTimelineText(history: History, verdicts: readonly Verdict[]): string[] {
  const { begin, end, faults, lanes, replicas } = readTimeline(asColumns(history), verdicts);
  if (lanes.length === 0) return [];
  const length = Math.max(end - begin, 1);
  const columnOf = (time: number): number =>
    Math.min(WIDTH - 1, Math.max(0, Math.floor(((time - begin) / length) * WIDTH)));
  const rows: Row[] = [
    ...faults.map(({ label, spans }) => ({ name: label, cells: spansText(spans, columnOf) })),
    ...lanes.flatMap((lane) => {
      const shown = {
        name: nameOf(lane),
        cells: stepsText(lane.session === undefined ? lane.committed : lane.shown, columnOf),
      };
      const offending = lane.marked.at(-1);
      return offending === undefined
        ? [shown]
        : [shown, { name: '', cells: `${' '.repeat(columnOf(offending.time))}✗` }];
    }),
    ...replicas.map(({ replica, key, replayed }) => ({
      name: `${replica} · ${key}`,
      cells: stepsText(replayed, columnOf),
    })),
  ];
  const names = rows.map(({ name }) => shortened(printable(name), NAME_LENGTH_MAX));
  const width = Math.max(...names.map((name) => name.length));
  const [first, last] = [seconds(begin), seconds(end)];
  const times = `${first}${last.padStart(WIDTH - first.length)}`;
  return [
    ...rows.map(({ cells }, at) => `${itemAt(names, at).padEnd(width)}  ${cells}`.trimEnd()),
    `${''.padEnd(width)}  ${times}`,
  ];
}

/** The height of a cell is the last progress in it, or the lowest one after a decrease, which must stay visible. */
function stepsText(points: readonly Point[], columnOf: (time: number) => number): string {
  const cells = Array.from({ length: WIDTH }, () => ' ');
  let before: Point | undefined;
  for (const [at, point] of points.entries()) {
    const column = columnOf(point.time);
    const until = at + 1 < points.length ? columnOf(itemAt(points, at + 1).time) : WIDTH;
    const isDecrease = before !== undefined && point.progress < before.progress;
    const level = itemAt(LEVELS, Math.floor((point.progress / 100) * (LEVELS.length - 1)));
    cells.fill(level, column, Math.max(until, isDecrease ? column + 1 : column));
    before = point;
  }
  return cells.join('');
}

function spansText(spans: readonly FaultSpan[], columnOf: (time: number) => number): string {
  const cells = Array.from({ length: WIDTH }, () => ' ');
  for (const { begin, end } of spans) {
    const column = columnOf(begin);
    cells.fill(begin === end ? '◆' : '░', column, Math.max(columnOf(end), column + 1));
  }
  return cells.join('');
}
