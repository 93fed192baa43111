/** Draws the progress that a session was shown over time, the commits, and the violations. */
import { firstOf, itemAt } from '../../required.ts';
import { drawMarked } from './mark-drawing.ts';
import { yOf, type Frame } from './lane-frame.ts';
import { element, label, rounded, shortened, widthOf, type Markup } from './svg-element.ts';
import { isOn, visiblePart } from './time-axis.ts';
import type { Lane, Point } from './timeline-lanes.ts';

export const LANE_HEADER_HEIGHT = 22;
const NAME_LENGTH_MAX = 60;
/** Points of one line; more cannot be distinguished. */
const POINTS_MAX = 240;

export interface LaneOptions {
  hasLegend: boolean;
  /** Whether the marks have labels. */
  isLabelled: boolean;
}

export function drawLane(lane: Lane, frame: Frame, { hasLegend, isLabelled }: LaneOptions): Markup[] {
  return [
    drawName(nameOf(lane), frame),
    ...(hasLegend ? drawLegend(frame) : []),
    ...drawGrid(frame),
    ...drawGenerations(lane.shown, frame),
    ...drawSteps('committed', lane.committed, frame),
    ...drawSteps('shown', lane.shown, frame),
    ...drawMarked(lane, frame, isLabelled),
  ];
}

/** The name of a lane, above its plot. */
export function drawName(name: string, { axis, top }: Frame): Markup {
  return label('strong', axis.left, top - 8, shortened(name, NAME_LENGTH_MAX));
}

export function nameOf({ session, key }: Lane): string {
  return session === undefined ? key : `${session} · ${key}`;
}

function drawLegend({ axis, top }: Frame): Markup[] {
  const y = top - 12;
  const line = (className: string, x: number): Markup =>
    element('path', { class: className, d: `M${rounded(x)} ${rounded(y)}h24` });
  return [
    line('shown', axis.right - 268),
    label('dim', axis.right - 238, y + 4, 'shown'),
    line('committed', axis.right - 188),
    label('dim', axis.right - 158, y + 4, 'committed on the primary'),
  ];
}

export function drawGrid(frame: Frame): Markup[] {
  const { axis, height } = frame;
  const levels = height < 150 ? [0, 50, 100] : [0, 25, 50, 75, 100];
  return levels.flatMap((progress) => {
    const y = yOf(progress, frame);
    return [
      element('path', { class: 'grid', d: `M${rounded(axis.left)} ${rounded(y)}H${rounded(axis.right)}` }),
      label('dim', axis.left - 8, y + 4, `${progress}%`, 'end'),
    ];
  });
}

/** A new generation starts a new line. */
export function drawSteps(className: string, points: readonly Point[], frame: Frame): Markup[] {
  const { axis } = frame;
  const visible = thinned(visiblePart(points, axis));
  if (visible.length === 0) return [];
  let path = '';
  let generation: number | undefined;
  for (const point of visible) {
    const [x, y] = [rounded(axis.xOf(point.time)), rounded(yOf(point.progress, frame))];
    if (path === '') path = `M${x} ${y}`;
    else path += point.generation === generation ? `H${x}V${y}` : `H${x}M${x} ${y}`;
    generation = point.generation;
  }
  return [element('path', { class: className, d: `${path}H${rounded(axis.right)}` })];
}

/** Keeps the lowest and the highest of neighbouring points, so that every decrease stays visible. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= POINTS_MAX) return points;
  const size = Math.ceil(points.length / (POINTS_MAX / 2));
  const kept: Point[] = [];
  for (let at = 0; at < points.length; at += size) {
    const group = points.slice(at, at + size).sort((a, b) => a.generation - b.generation || a.progress - b.progress);
    const [lowest, highest] = [firstOf(group), itemAt(group, group.length - 1)];
    kept.push(...(lowest.time < highest.time ? [lowest, highest] : [highest, lowest]));
  }
  return kept;
}

/** Marks where the session first saw a newer generation. A return to an older one is marked as a violation instead. */
function drawGenerations(points: readonly Point[], frame: Frame): Markup[] {
  const { axis, top, height } = frame;
  let newest = points[0]?.generation ?? 1;
  let free = axis.left;
  return points.flatMap(({ time, generation }) => {
    const x = axis.xOf(time);
    if (generation <= newest || x < free || !isOn(axis, time)) return [];
    newest = generation;
    const text = `generation ${generation}`;
    free = x + widthOf(text, 12) + 8;
    const line = element('path', { class: 'generation', d: `M${rounded(x)} ${rounded(top)}v${rounded(height)}` });
    return free > axis.right ? [line] : [line, label('dim', x + 4, top + 10, text)];
  });
}
