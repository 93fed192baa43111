/** Draws the violations of a lane: the earlier value, the offending value, and an arrow between them. */
import { yOf, type Frame } from './lane-frame.ts';
import { element, label, rounded, shortened, widthOf, type Markup } from './svg-element.ts';
import { isOn } from './time-axis.ts';
import type { Lane, MarkedPoint, Point } from './timeline-lanes.ts';

const TEXT_LENGTH_MAX = 60;
const DOTS_MAX = 100;
const LINE_HEIGHT = 15;

export function drawMarked({ marked, others }: Lane, frame: Frame, isLabelled: boolean): Markup[] {
  const visible = marked.filter(({ time }) => isOn(frame.axis, time));
  const offending = visible.at(-1);
  const dots = others.filter(({ time }) => isOn(frame.axis, time)).slice(0, DOTS_MAX);
  if (offending === undefined) return dots.map((point) => dot(point, 3, frame));
  const evidence = visible.length > 1 ? visible[0] : undefined;
  return [
    ...dots.map((point) => dot(point, 3, frame)),
    ...(evidence === undefined ? [] : drawArrow(evidence, offending, frame)),
    ...visible.map((point) => dot(point, isLabelled ? 5 : 4, frame)),
    ...(isLabelled ? drawLabels(evidence, offending, frame) : []),
  ];
}

function dot(point: Point, r: number, frame: Frame): Markup {
  const [cx, cy] = [frame.axis.xOf(point.time), yOf(point.progress, frame)];
  return element('circle', { class: 'violation', cx, cy, r });
}

/** An arrow at the time of the second point, unless the points are too close together. */
function drawArrow(from: Point, to: Point, frame: Frame): Markup[] {
  const [fromY, toY] = [yOf(from.progress, frame), yOf(to.progress, frame)];
  const down = Math.sign(toY - fromY);
  if (from.time > to.time || Math.abs(toY - fromY) < 2 * LINE_HEIGHT) return [];
  const x = rounded(frame.axis.xOf(to.time));
  const head = `m-5 ${-6 * down}l5 ${6 * down}l5 ${-6 * down}`;
  return [element('path', { class: 'way', d: `M${x} ${rounded(fromY)}V${rounded(toY - 6 * down)}${head}` })];
}

interface Placed {
  text: string;
  x: number;
  y: number;
  isLeft: boolean;
}

/** Labels above their points, one line apart if they would overlap. */
function drawLabels(evidence: MarkedPoint | undefined, offending: MarkedPoint, frame: Frame): Markup[] {
  const after = place(offending, false, frame);
  if (evidence === undefined) return [written(after)];
  const before = place(evidence, true, frame);
  if (before.isLeft === after.isLeft && Math.abs(before.y - after.y) < LINE_HEIGHT) {
    if (after.y - LINE_HEIGHT > frame.top) before.y = after.y - LINE_HEIGHT;
    else after.y = before.y + LINE_HEIGHT;
  }
  return [written(before), written(after)];
}

/** The earlier label is to the left of its point and the later one to the right, if there is room. */
function place(point: MarkedPoint, isBefore: boolean, frame: Frame): Placed {
  const { axis } = frame;
  const text = shortened(point.text, TEXT_LENGTH_MAX);
  const x = axis.xOf(point.time);
  const width = widthOf(text, 12) + 8;
  const [fitsLeft, fitsRight] = [x - width >= axis.left, x + width <= axis.right];
  const y = Math.max(yOf(point.progress, frame) - 9, frame.top + 9);
  return { text, x, y, isLeft: fitsLeft && (isBefore || !fitsRight) };
}

function written({ text, x, y, isLeft }: Placed): Markup {
  return isLeft ? label('point-label', x - 8, y, text, 'end') : label('point-label', x + 8, y, text);
}
