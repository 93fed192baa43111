/** Draws what a replica had replayed of a story, and by how much it lagged behind the commits. */
import { drawGrid, drawName, drawSteps, thinned } from './lane-drawing.ts';
import { yOf, type Frame } from './lane-frame.ts';
import { element, rounded, type Markup } from './svg-element.ts';
import { visiblePart } from './time-axis.ts';
import type { Point } from './timeline-lanes.ts';
import type { ReplicaLane } from './timeline-replicas.ts';

export const REPLICA_HEIGHT = 60;

export function drawReplica({ replica, key, replayed, committed }: ReplicaLane, frame: Frame): Markup[] {
  return [
    drawName(`${replica} · ${key}`, frame),
    ...drawGrid(frame),
    ...drawLag(committed, replayed, frame),
    ...drawSteps('committed', committed, frame),
    ...drawSteps('replayed', replayed, frame),
  ];
}

/** The area between what was committed and what was replayed, from the first answer of the replica. */
function drawLag(committed: readonly Point[], replayed: readonly Point[], frame: Frame): Markup[] {
  const [first] = replayed;
  if (first === undefined || committed.length === 0) return [];
  const there = corners(committed, first.time, frame);
  const back = corners(replayed, first.time, frame).toReversed();
  const points = [...there, ...back].map(([x, y]) => `${rounded(x)} ${rounded(y)}`);
  return points.length === 0 ? [] : [element('path', { class: 'lag', d: `M${points.join('L')}Z` })];
}

/** The corners of a step line. */
function corners(points: readonly Point[], since: number, frame: Frame): [x: number, y: number][] {
  const { axis } = frame;
  const found: [number, number][] = [];
  let y = yOf(0, frame);
  const left = Math.max(axis.xOf(since), axis.left);
  for (const { time, progress } of thinned(visiblePart(points, axis))) {
    const x = Math.max(axis.xOf(time), left);
    found.push([x, y], [x, yOf(progress, frame)]);
    y = yOf(progress, frame);
  }
  return found.length === 0 ? [] : [...found, [axis.right, y]];
}
