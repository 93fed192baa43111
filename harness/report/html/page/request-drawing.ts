/** Draws requests as arcs: from the lane that asked, at the time of the question, to the database that answered, and back. */
import { INVOKE, NONE } from '../../../history/codes.ts';
import { element, rounded, type Markup } from '../../svg/svg-element.ts';
import { serverOf } from '../../svg/timeline-lanes.ts';
import type { TimelineEvents } from '../../svg/timeline-events.ts';
import type { TimeAxis } from '../../svg/time-axis.ts';
import { eventsBetween } from './operation-drawing.ts';

/** More requests in view would hide each other: then only those of the marked events are drawn. */
const ARCS_MAX = 160;
const EVENTS_MAX = 2_000;

export interface ArcEnds {
  /** The y coordinate where the requests of an event's lane begin. */
  ofEvent(event: number): number | undefined;
  /** The y coordinate of the lane of the database that answered. */
  ofServer(event: number, server: string): number | undefined;
}

/** @param marked events of the violation or of the selection, whose requests are highlighted */
export function drawRequests(
  events: TimelineEvents,
  marked: ReadonlySet<number>,
  axis: TimeAxis,
  ends: ArcEnds,
): Markup[] {
  const { first, end } = eventsBetween(events, axis.begin, axis.end);
  const shown = end - first > EVENTS_MAX ? [] : answersIn(events, first, end);
  const highlighted = [...marked].flatMap((event) => answerOf(events, event) ?? []);
  const arcs = shown.length > ARCS_MAX ? [] : shown;
  return [
    ...arcs.flatMap((answer) => drawArc(events, answer, 'arc', axis, ends)),
    ...[...new Set(highlighted)].flatMap((answer) => drawArc(events, answer, 'arc marked', axis, ends)),
  ];
}

/** The completions of operations. */
function answersIn(events: TimelineEvents, first: number, end: number): number[] {
  const answers: number[] = [];
  for (let at = first; at < end; at++) if (answerOf(events, at) === at) answers.push(at);
  return answers;
}

/** The completion of the operation that delivered the value of an event; `undefined` if none did. */
function answerOf({ mate, source, code }: TimelineEvents, event: number): number | undefined {
  const delivered = source[event] ?? NONE;
  const at = delivered === NONE ? event : delivered;
  const other = mate[at] ?? NONE;
  if (other === NONE) return undefined;
  return ((code[at] ?? 0) & 3) === INVOKE ? other : at;
}

function drawArc(events: TimelineEvents, answer: number, className: string, axis: TimeAxis, ends: ArcEnds): Markup[] {
  const server = serverOf(events, answer);
  const question = events.mate[answer] ?? NONE;
  const from = ends.ofEvent(answer);
  const to = server === undefined ? undefined : ends.ofServer(answer, server);
  if (from === undefined || to === undefined || question === NONE) return [];
  const [asked, answered] = [events.time[question] ?? 0, events.time[answer] ?? 0];
  if (answered < axis.begin || asked > axis.end) return [];
  const [left, right] = [axis.xOf(asked), axis.xOf(answered)];
  const middle = (left + right) / 2;
  const bend = from + (to - from) * 0.75;
  const [a, b, x, y, z] = [left, right, middle, from, to].map(rounded);
  const d = `M${a} ${y}C${a} ${rounded(bend)} ${x} ${rounded(bend)} ${x} ${z}C${x} ${rounded(bend)} ${b} ${rounded(bend)} ${b} ${y}`;
  return [element('path', { class: className, d })];
}
