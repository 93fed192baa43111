/** Reads from a history when faults applied. A fault with phases has a duration, any other is a moment. */
import type { HistoryColumns } from '../../history/columns.ts';
import type { HistoryEvent } from '../../history/event.ts';
import { isMark } from '../../history/marks.ts';
import { required } from '../../required.ts';

/** The faults of one kind and one target. */
export interface FaultRow {
  label: string;
  spans: readonly FaultSpan[];
}

/**
 * Both times are equal for a moment. A fault without an end event ends at `Infinity`, one without a begin event begins
 * at `-Infinity`.
 */
export interface FaultSpan {
  begin: number;
  end: number;
}

/** In order of their first events. */
export function readFaults(history: HistoryColumns): FaultRow[] {
  const rows = new Map<string, FaultSpan[]>();
  for (let at = 0; at < history.length; at++) {
    if (!history.isFault(at)) continue;
    const event = history.eventAt(at);
    if (isMark(event, 'run-ended')) continue;
    const label = faultName(event);
    if (!rows.has(label)) rows.set(label, []);
    note(required(rows.get(label), label), event);
  }
  return [...rows].map(([label, spans]) => ({ label, spans }));
}

/** Whether the fault has a duration that includes the time. */
export function appliesAt({ begin, end }: FaultSpan, time: number): boolean {
  return begin < end && begin <= time && time <= end;
}

/** An end event ends the first open span. */
function note(spans: FaultSpan[], { time, phase }: HistoryEvent): void {
  if (phase === 'begin') spans.push({ begin: time, end: Number.POSITIVE_INFINITY });
  else if (phase === 'end') {
    const begun = spans.find(({ end }) => end === Number.POSITIVE_INFINITY);
    if (begun === undefined) spans.push({ begin: Number.NEGATIVE_INFINITY, end: time });
    else begun.end = time;
  } else spans.push({ begin: time, end: time });
}

/** The fields in which a fault names its target. */
const TARGETS = ['replica', 'actor', 'instance', 'to'];

/** The kind of a fault and its target. */
export function faultName(event: HistoryEvent): string {
  const kind = event['fault'];
  const name = typeof kind === 'string' ? kind : 'fault';
  const field = TARGETS.find((each) => typeof event[each] === 'string' || typeof event[each] === 'number');
  if (field === undefined) return name;
  return `${name} · ${field === 'instance' ? 'instance ' : ''}${String(event[field])}`;
}
