/** Draws when faults applied: a row for each kind and target, above the lanes. */
import { itemAt } from '../../required.ts';
import { element, label, rounded, shortened, widthOf, type Markup } from './svg-element.ts';
import type { TimeAxis } from './time-axis.ts';
import { appliesAt, type FaultRow, type FaultSpan } from './timeline-faults.ts';

export const FAULT_ROW_HEIGHT = 24;
const BAR_HEIGHT = 18;
const LABEL_LENGTH_MAX = 48;
/** Spans in one row. */
const SPANS_MAX = 60;

/** @param time time of the violation: faults that applied then are highlighted, with a shade down to `bottom` */
export function drawFaults(
  rows: readonly FaultRow[],
  time: number | undefined,
  axis: TimeAxis,
  top: number,
  bottom: number,
): Markup[] {
  const tops = rows.map((_, at) => top + at * FAULT_ROW_HEIGHT);
  const isCause = (span: FaultSpan): boolean => time !== undefined && appliesAt(span, time);
  const shades = rows.flatMap(({ spans }, at) => {
    const y = itemAt(tops, at) + BAR_HEIGHT;
    const cause = spans.find(isCause);
    return cause === undefined ? [] : [box('shade', cause, axis, y, bottom - y)];
  });
  return [...shades, ...rows.flatMap((row, at) => drawRow(row, isCause, axis, itemAt(tops, at)))];
}

function drawRow(row: FaultRow, isCause: (span: FaultSpan) => boolean, axis: TimeAxis, top: number): Markup[] {
  const spans = row.spans.filter(({ begin, end }) => begin <= axis.end && end >= axis.begin).slice(0, SPANS_MAX);
  const drawn = spans.map((span) => {
    if (span.begin === span.end) return moment(span, axis, top);
    return box(isCause(span) ? 'fault cause' : 'fault', span, axis, top, BAR_HEIGHT);
  });
  return [...drawn, nameOf(shortened(row.label, LABEL_LENGTH_MAX), spans, axis, top + 13)];
}

function box(className: string, { begin, end }: FaultSpan, axis: TimeAxis, y: number, height: number): Markup {
  const x = axis.xOf(begin);
  return element('rect', { class: className, x, y, width: Math.max(axis.xOf(end) - x, 2), height });
}

function moment({ begin }: FaultSpan, axis: TimeAxis, top: number): Markup {
  const [x, y] = [rounded(axis.xOf(begin)), rounded(top + 3)];
  return element('path', { class: 'moment', d: `M${x} ${y}l6 6l-6 6l-6 -6z` });
}

/** The label is in the first bar if it fits, otherwise after the last bar or before the first. */
function nameOf(name: string, spans: readonly FaultSpan[], axis: TimeAxis, y: number): Markup {
  const width = widthOf(name, 12) + 16;
  const [first] = spans;
  if (first === undefined) return label('dim', axis.left, y, name);
  const [left, firstRight] = [axis.xOf(first.begin), axis.xOf(first.end)];
  const right = Math.max(...spans.map(({ end }) => axis.xOf(end)));
  if (left + width <= firstRight) return label('strong', left + 8, y, name);
  if (right + width <= axis.right) return label('strong', right + 10, y, name);
  return left - width >= axis.left ? label('strong', left - 10, y, name, 'end') : label('strong', left + 10, y, name);
}
