/** What was shown to whom and when: one lane for each session of a story. */
import type { Violation } from '../../checker/verdict.ts';
import { COMMIT_OK, PROGRESS, READ_OK, SHAPE, SHOW_OK } from '../../history/codes.ts';
import type { HistoryColumns } from '../../history/columns.ts';
import type { Value } from '../../history/event.ts';
import { describeValue } from '../../history/order.ts';

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

/** First the lanes with violations, in the order of the violations, then the others by their first events. */
export function readLanes(history: HistoryColumns, violations: readonly Violation[]): Lane[] {
  const drafts = draftsOf(history);
  const found = new Map<Draft, Violation[]>();
  for (const violation of violations) {
    const draft = draftOf(violation, drafts);
    if (draft === undefined) continue;
    const before = found.get(draft);
    if (before === undefined) found.set(draft, [violation]);
    else before.push(violation);
  }
  return [
    ...[...found].map(([draft, each]) => ({ ...draft, ...marksOf(history, each, draft.shown) })),
    ...drafts.filter((draft) => !found.has(draft)).map((draft) => ({ ...draft, marked: [], others: [] })),
  ];
}

type Draft = Pick<Lane, 'session' | 'key' | 'shown' | 'committed'>;

function draftsOf(history: HistoryColumns): Draft[] {
  const shownCode = history.recordsShows ? SHOW_OK : READ_OK;
  const committed = pointsBy(history, COMMIT_OK, (at) => String(history.keyName(at)));
  const shown = pointsBy(history, shownCode, (at) => history.view.get(at));
  const views = [...shown.values()].map(({ first, points }) => {
    const key = String(history.keyName(first));
    return { session: String(history.sessionName(first)), key, shown: points, committed: committed.get(key)?.points };
  });
  const seen = new Set(views.map(({ key }) => key));
  return [
    ...views.map((view) => ({ ...view, committed: view.committed ?? [] })),
    ...[...committed]
      .filter(([key]) => !seen.has(key))
      .map(([key, { points }]) => ({ session: undefined, key, shown: [], committed: points })),
  ];
}

/** The progress of all events with a code, grouped. A value equal to its predecessor is not a new point. */
function pointsBy<Group>(
  history: HistoryColumns,
  code: number,
  groupOf: (at: number) => Group,
): Map<Group, { first: number; points: Point[] }> {
  const groups = new Map<Group, { first: number; points: Point[] }>();
  for (let at = 0; at < history.length; at++) {
    if (history.code[at] !== code) continue;
    const point = pointAt(history, at);
    if (point === undefined) continue;
    const group = groupOf(at);
    if (!groups.has(group)) groups.set(group, { first: at, points: [] });
    const { points } = groups.get(group)!;
    const last = points.at(-1);
    if (last?.generation !== point.generation || last.progress !== point.progress) points.push(point);
  }
  return groups;
}

/** `undefined` for an event without a progress. */
function pointAt(history: HistoryColumns, at: number): Point | undefined {
  if (at < 0 || at >= history.length || (history.shape.get(at) & SHAPE) !== PROGRESS) return undefined;
  return { time: history.time.get(at), generation: history.generation.get(at), progress: history.progress.get(at) };
}

/** The first lane of the story if the violation has no session, or its session was shown nothing. */
function draftOf({ session, key }: Violation, drafts: readonly Draft[]): Draft | undefined {
  const ofStory = drafts.filter((draft) => draft.key === String(key));
  return ofStory.find((draft) => draft.session === String(session)) ?? ofStory[0];
}

function marksOf(
  history: HistoryColumns,
  violations: readonly Violation[],
  shown: readonly Point[],
): Pick<Lane, 'marked' | 'others'> {
  const named = violations.map(({ events }) => events.filter((event) => pointAt(history, event) !== undefined));
  const marked = named[0]?.slice(-2) ?? [];
  const offending = named.flatMap((events) => events.slice(-1)).map((event) => pointAt(history, event)!);
  const distinct = new Map<string, Point>();
  for (const point of offending) {
    const place = `${shown.findLastIndex(({ time }) => time <= point.time)} ${point.progress}`;
    if (!distinct.has(place)) distinct.set(place, point);
  }
  return {
    marked: marked.map((event) => markedPoint(history, event, newest(history, marked))),
    others: [...distinct.values()].slice(marked.length === 0 ? 0 : 1),
  };
}

/** The newest generation of the events: if it is not the first, all labels name their generation. */
function newest(history: HistoryColumns, events: readonly number[]): Value {
  return { generation: Math.max(...events.map((event) => history.generation.get(event))), progress: 0 };
}

function markedPoint(history: HistoryColumns, index: number, beside: Value): MarkedPoint {
  const { time, generation, progress } = pointAt(history, index)!;
  const event = history.eventAt(index);
  const { read } = event;
  const answer = typeof read === 'number' && pointAt(history, read) !== undefined ? history.eventAt(read) : event;
  const node = answer['served_by'];
  const source = typeof node !== 'string' ? '' : ` from ${node === 'primary' ? 'the primary' : node}`;
  return { time, generation, progress, text: `${describeValue({ generation, progress }, beside)}${source}` };
}
