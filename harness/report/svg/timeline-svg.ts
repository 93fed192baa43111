/** A run as a picture: what sessions were shown over time, below the faults that applied, with the violation marked. */
import type { Verdict } from '../../checker/verdict.ts';
import { asColumns } from '../../history/columns-builder.ts';
import type { HistoryColumns } from '../../history/columns.ts';
import type { History } from '../../history/event.ts';
import { itemAt } from '../../required.ts';
import { drawFaults, FAULT_ROW_HEIGHT } from './fault-drawing.ts';
import { drawLane, LANE_HEADER_HEIGHT } from './lane-drawing.ts';
import { drawReplica, REPLICA_HEIGHT } from './replica-drawing.ts';
import { element, label, shortened, wrapped, type Markup } from './svg-element.ts';
import { timeAxis, type TimeAxis } from './time-axis.ts';
import { describeTimeline } from './timeline-description.ts';
import { ROOT_CLASS, STYLE } from './timeline-style.ts';
import { readTimeline, type Timeline } from './timeline.ts';

export interface TimelineOptions {
  /** Title of the run; by default from the header of the history. */
  title?: string;
}

const WIDTH = 800;
/** Horizontal limits of the plots. */
const LEFT = 56;
const RIGHT = 776;
/** Left margin of the heading. */
const MARGIN = 24;
/** Below each lane. */
const LANE_GAP = 14;

/** A self-contained SVG of some kilobytes; deterministic for a history and its verdicts. */
export function formatTimelineSvg(
  history: History | HistoryColumns,
  verdicts: readonly Verdict[],
  { title }: TimelineOptions = {},
): string {
  const timeline = readTimeline(asColumns(history), verdicts, title);
  const { parts, height } = compose(timeline, timeAxis(timeline.begin, timeline.end, LEFT, RIGHT));
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  const root = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: ROOT_CLASS, role: 'img', ...size },
    element('title', {}, timeline.heading),
    element('desc', {}, describeTimeline(timeline)),
    element('style', {}, STYLE),
    element('rect', { class: 'background', width: WIDTH, height, rx: 6 }),
    ...parts,
  );
  return `${root.markup}\n`;
}

/** From the top down: heading, faults, lanes, times. */
function compose(timeline: Timeline, axis: TimeAxis): { parts: Markup[]; height: number } {
  const { faults, lanes, replicas, hiddenFaultCount, hiddenLaneCount } = timeline;
  const heading = drawHeading(timeline);
  const faultsTop = heading.bottom + 18;
  const faultRows = faults.length + (hiddenFaultCount > 0 ? 1 : 0);
  const lanesTop = faultsTop + faultRows * FAULT_ROW_HEIGHT;
  const { tops, height, bottom: lanesBottom } = placeLanes(lanes.length, lanesTop);
  const replicaStep = LANE_HEADER_HEIGHT + REPLICA_HEIGHT + LANE_GAP;
  const bottom = lanesBottom + replicas.length * replicaStep;
  const hasTimes = lanes.length > 0 || faults.length > 0;
  const timesBottom = hasTimes ? bottom + 34 : bottom;
  return {
    parts: [
      ...heading.parts,
      ...drawFaults(faults, offendingTime(timeline), axis, faultsTop, bottom),
      ...drawRest(hiddenFaultCount, 'faults', lanesTop - 11),
      ...lanes.flatMap((lane, at) =>
        drawLane(lane, { axis, top: itemAt(tops, at), height }, { hasLegend: at === 0, isLabelled: at === 0 }),
      ),
      ...replicas.flatMap((replica, at) =>
        drawReplica(replica, { axis, top: bottom - REPLICA_HEIGHT - at * replicaStep, height: REPLICA_HEIGHT }),
      ),
      ...(hasTimes ? axis.ticks.map(({ x, text }) => label('dim', x, bottom + 20, text, 'middle')) : []),
      ...drawRest(hiddenLaneCount, 'sessions', timesBottom + 4),
    ],
    height: timesBottom + (hiddenLaneCount > 0 ? 18 : 0),
  };
}

function drawHeading({ heading, details, isViolated }: Timeline): { parts: Markup[]; bottom: number } {
  const lines = wrapped(heading, 72, 2);
  const bottom = 32 + lines.length * 22;
  return {
    parts: [
      ...lines.map((line, at) => label(isViolated ? 'heading violation' : 'heading', MARGIN, 32 + at * 22, line)),
      label('dim', MARGIN, bottom - 2, shortened(details, 120)),
    ],
    bottom,
  };
}

/** The more lanes there are, the lower is each. */
function placeLanes(count: number, top: number): { tops: number[]; height: number; bottom: number } {
  const height = count === 1 ? 230 : count <= 3 ? 120 : 80;
  const step = LANE_HEADER_HEIGHT + height + LANE_GAP;
  const tops = Array.from({ length: count }, (_, at) => top + LANE_HEADER_HEIGHT + at * step);
  return { tops, height, bottom: count === 0 ? top : tops.at(-1)! + height };
}

function drawRest(count: number, what: string, y: number): Markup[] {
  return count === 0 ? [] : [label('dim', LEFT, y, `… and ${count} more ${what}`)];
}

/** The time of the violation in the heading. */
function offendingTime({ lanes }: Timeline): number | undefined {
  return lanes[0]?.marked.at(-1)?.time;
}
