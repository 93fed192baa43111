/** What was shown to whom and when: one lane for each session of a story. */
import type { Violation } from '../../checker/verdict.ts';
import { COMMIT_OK, NONE, READ_OK, SHOW_OK } from '../../history/codes.ts';
import type { Value } from '../../history/event.ts';
import { describeValue } from '../../history/order.ts';
import { itemAt } from '../../required.ts';
import { databaseWords } from '../counterexample.ts';
import type { TimelineEvents } from './timeline-events.ts';

/** A progress that applies from this time on. */
export interface Point {
  time: number;
  generation: number;
  progress: number;
}

/** A point that a violation names, and its label. */
export interface MarkedPoint extends Point {
  text: string;
}

export interface Lane {
  /** `undefined` for a story that was committed and that no session saw. */
  session: string | undefined;
  key: string;
  shown: readonly Point[];
  committed: readonly Point[];
  /** The first violation in this lane: at most one event of the evidence, then the offending event. */
  marked: readonly MarkedPoint[];
  /** The offending events of others, one for each progress that was shown where it should not have been. */
  others: readonly Point[];
}

/** What a violation says that a timeline draws. */
export type TimelineViolation = Pick<Violation, 'session' | 'key' | 'events'>;

/** First the lanes with violations, in the order of the violations, then the others by their first events. */
export function readLanes(events: TimelineEvents, violations: readonly TimelineViolation[]): Lane[] {
  const drafts = draftsOf(events);
  const found = new Map<Draft, TimelineViolation[]>();
  for (const violation of violations) {
    const draft = draftOf(violation, drafts);
    if (draft === undefined) continue;
    const before = found.get(draft);
    if (before === undefined) found.set(draft, [violation]);
    else before.push(violation);
  }
  return [
    ...[...found].map(([draft, each]) => ({ ...draft, ...marksOf(events, each, draft.shown) })),
    ...drafts.filter((draft) => !found.has(draft)).map((draft) => ({ ...draft, marked: [], others: [] })),
  ];
}

type Draft = Pick<Lane, 'session' | 'key' | 'shown' | 'committed'>;

function draftsOf(events: TimelineEvents): Draft[] {
  const committed = readCommitted(events);
  const shown = pointsBy(events, events.recordsShows ? SHOW_OK : READ_OK, (at) => itemAt(events.view, at));
  const views = [...shown].map(([view, points]) => {
    const { session, key } = itemAt(events.views, view);
    return { session, key, shown: points, committed: committed.get(key) };
  });
  const seen = new Set(views.map(({ key }) => key));
  return [
    ...views.map((view) => ({ ...view, committed: view.committed ?? [] })),
    ...[...committed]
      .filter(([key]) => !seen.has(key))
      .map(([key, points]) => ({ session: undefined, key, shown: [], committed: points })),
  ];
}

/** What was committed of each story. */
export function readCommitted(events: TimelineEvents): Map<string, Point[]> {
  return pointsBy(events, COMMIT_OK, (at) => itemAt(events.views, itemAt(events.view, at)).key);
}

/** The progress of all events with a code, grouped. A value equal to its predecessor is not a new point. */
function pointsBy<Group>(events: TimelineEvents, code: number, groupOf: (at: number) => Group): Map<Group, Point[]> {
  const groups = new Map<Group, Point[]>();
  for (let at = 0; at < events.length; at++) {
    if (events.code[at] !== code) continue;
    const point = pointAt(events, at);
    if (point === undefined) continue;
    const group = groupOf(at);
    const points = groups.get(group);
    if (points === undefined) groups.set(group, [point]);
    else addPoint(points, point);
  }
  return groups;
}

/** Appends a point unless its value is that of the last one. */
export function addPoint(points: Point[], point: Point): void {
  const last = points.at(-1);
  if (last?.generation !== point.generation || last.progress !== point.progress) points.push(point);
}

/** `undefined` for an event without a progress. */
export function pointAt({ time, generation, progress }: TimelineEvents, at: number): Point | undefined {
  const value = progress[at] ?? NONE;
  if (value === NONE) return undefined;
  return { time: itemAt(time, at), generation: itemAt(generation, at), progress: value };
}

/** The first lane of the story if the violation has no session, or its session was shown nothing. */
function draftOf({ session, key }: TimelineViolation, drafts: readonly Draft[]): Draft | undefined {
  const ofStory = drafts.filter((draft) => draft.key === String(key));
  return ofStory.find((draft) => draft.session === String(session)) ?? ofStory[0];
}

function marksOf(
  events: TimelineEvents,
  violations: readonly TimelineViolation[],
  shown: readonly Point[],
): Pick<Lane, 'marked' | 'others'> {
  const named = violations.map((each) => each.events.filter((event) => pointAt(events, event) !== undefined));
  const marked = named[0]?.slice(-2) ?? [];
  const offending = named.flatMap((each) => each.slice(-1)).flatMap((event) => pointAt(events, event) ?? []);
  const distinct = new Map<string, Point>();
  for (const point of offending) {
    const place = `${shown.findLastIndex(({ time }) => time <= point.time)} ${point.progress}`;
    if (!distinct.has(place)) distinct.set(place, point);
  }
  return {
    marked: marked.flatMap((event) => markedPoint(events, event, newest(events, marked)) ?? []),
    others: [...distinct.values()].slice(marked.length === 0 ? 0 : 1),
  };
}

/** The newest generation of the events: if it is not the first, all labels name their generation. */
function newest({ generation }: TimelineEvents, marked: readonly number[]): Value {
  return { generation: Math.max(...marked.map((event) => itemAt(generation, event))), progress: 0 };
}

function markedPoint(events: TimelineEvents, index: number, beside: Value): MarkedPoint | undefined {
  const point = pointAt(events, index);
  if (point === undefined) return undefined;
  const { generation, progress } = point;
  const server = serverOf(events, index);
  const source = server === undefined ? '' : ` from ${databaseWords(server)}`;
  return { ...point, text: `${describeValue({ generation, progress }, beside)}${source}` };
}

/** The name of the database that the value of an event came from. */
export function serverOf({ source, node, nodes }: TimelineEvents, index: number): string | undefined {
  const delivered = source[index] ?? NONE;
  const server = node[delivered === NONE ? index : delivered] ?? NONE;
  return server === NONE ? undefined : nodes[server];
}
