/** Describes the picture of a run in words, for screen readers. */
import { seconds } from '../counterexample.ts';
import { nameOf } from './lane-drawing.ts';
import { shortened } from './svg-element.ts';
import type { FaultRow, FaultSpan } from './timeline-faults.ts';
import type { Lane } from './timeline-lanes.ts';
import type { Timeline } from './timeline.ts';

const LENGTH_MAX = 1_500;

export function describeTimeline({ details, faults, lanes, hiddenLaneCount }: Timeline): string {
  const more = hiddenLaneCount === 0 ? [] : [`${hiddenLaneCount} more sessions are not drawn`];
  const sentences = [details, ...lanes.map(describeLane), ...more, ...faults.map(describeFault)];
  const text = sentences.filter((sentence) => sentence !== '').map((sentence) => `${sentence}.`);
  return shortened(text.join(' '), LENGTH_MAX);
}

function describeLane(lane: Lane): string {
  const values = lane.shown.map(({ progress }) => `${progress}%`);
  return `${nameOf(lane)}: ${values.length === 0 ? 'nothing was shown' : `shown ${values.join(', ')}`}`;
}

function describeFault({ label, spans }: FaultRow): string {
  return `${label}: ${spans.map(describeSpan).join(', ')}`;
}

function describeSpan({ begin, end }: FaultSpan): string {
  if (begin === end) return `at ${seconds(begin)}`;
  const since = begin === Number.NEGATIVE_INFINITY ? '' : `from ${seconds(begin)} `;
  return `${since}${end === Number.POSITIVE_INFINITY ? 'on' : `to ${seconds(end)}`}`;
}
