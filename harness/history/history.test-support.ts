/** Builds histories for tests from short descriptions of events. */
import type { HistoryColumns } from './columns.ts';
import type { EventType, History, HistoryEvent, HistoryHeader, Operation, Phase, Value } from './event.ts';

type Draft = Omit<HistoryEvent, 'index' | 'time'> & { time?: number };

/** `85` is 85% of the first generation, `[2, 10]` is 10% of the second. */
export function progress(short: number | [number, number], status?: string): Value {
  const [generation, percent] = typeof short === 'number' ? [1, short] : short;
  return { generation, progress: percent, ...(status === undefined ? {} : { status }) };
}

/** An event of `story-1`, unless `extra` says otherwise. */
function event(
  process: string | number,
  type: EventType,
  f: Operation,
  value?: Value,
  extra: Partial<Draft> = {},
): Draft {
  return { process, type, f, key: 'story-1', ...(value === undefined ? {} : { value }), ...extra };
}

export const invoke = (process: string | number, f: Operation, value?: Value, extra?: Partial<Draft>): Draft =>
  event(process, 'invoke', f, value, extra);
export const ok = (process: string | number, f: Operation, value?: Value, extra?: Partial<Draft>): Draft =>
  event(process, 'ok', f, value, extra);
export const fail = (process: string | number, f: Operation, extra?: Partial<Draft>): Draft =>
  event(process, 'fail', f, undefined, extra);
export const info = (process: string | number, f: Operation, extra?: Partial<Draft>): Draft =>
  event(process, 'info', f, undefined, extra);
export const show = (session: string, value: Value, extra?: Partial<Draft>): Draft => ok(session, 'show', value, extra);
export const receive = (session: string, value: Value, extra?: Partial<Draft>): Draft =>
  ok(session, 'receive', value, extra);
export const watch = (session: string, phase: Phase = 'begin', extra?: Partial<Draft>): Draft =>
  ok(session, 'watch', undefined, { phase, ...extra });
export const commit = (value: Value, extra?: Partial<Draft>): Draft => ok('db', 'commit', value, extra);
/** A read that overlaps no other operation. */
export const read = (process: string | number, value: Value, extra?: Partial<Draft>): Draft[] => [
  invoke(process, 'read', undefined, extra),
  ok(process, 'read', value, extra),
];
/** A write that overlaps no other operation. */
export const write = (process: string | number, value: Value, extra?: Partial<Draft>): Draft[] => [
  invoke(process, 'write', value, extra),
  ok(process, 'write', value, extra),
];

/** Adds indices, and times one millisecond apart to events without a time. */
export function historyOf(drafts: readonly (Draft | readonly Draft[])[], header?: HistoryHeader): History {
  const events = drafts.flat().map((draft, index) => ({ time: index * 1e6, ...draft, index }) as HistoryEvent);
  return { header, events };
}

/** The events of a history in columns. */
export function eventsOf({ length, eventAt }: HistoryColumns): HistoryEvent[] {
  return Array.from({ length }, (_, index) => eventAt(index));
}
