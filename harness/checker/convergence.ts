import type { HistoryEvent, Value } from '../history/event.ts';
import { compareValues, describeValue, isTerminal } from '../history/order.ts';
import { keyOf } from '../history/pairing.ts';
import type { PairedHistory } from '../history/pairing.ts';
import { BySession } from './by-session.ts';
import { shownValues } from './shown.ts';
import type { Shown } from './shown.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';
import { writtenValue } from './written.ts';

type Key = string | number;

/** Where a key came to rest: a terminal value and the event that committed it. */
interface End {
  value: Value;
  event: HistoryEvent;
}

interface View {
  /** The first time that the final value was shown; before the commit counts too. */
  firstFinal: HistoryEvent | undefined;
  last: Shown;
}

/** What is wrong with a view: the event at fault, if there is one, and a sentence. */
interface Complaint {
  event: HistoryEvent | undefined;
  sentence: string;
}

/**
 * Where the last commit of a key (without commits of that key: its greatest `ok` write) is terminal, every session
 * that began a read of the key after it was last shown that value, and with a bound also shown it by then.
 * Values count as equal by generation and progress, whatever their status.
 *
 * To begin a read is to invoke it: a session whose polls all failed, or still hung, after the commit is one that a
 * user would watch at 85% for ever. Faults heal before the final reads, so a sound application gets one through.
 * The bound runs from the commit, also for a session that began to look only later.
 */
export const convergence: Checker = (history, { convergeWithinMs }) => {
  const findings = new Findings('convergence');
  const ends = endsOf(history);
  const views = viewsOf(history, ends);
  for (const { session, key, invoke, end } of readersAfterEnd(history, ends)) {
    const complaint = complain(session, end, views.get(session, key), convergeWithinMs);
    if (complaint === undefined) continue;
    findings.violation(() => ({
      key,
      session,
      events: evidence(end.event, complaint.event, invoke),
      sentence: complaint.sentence,
    }));
  }
  return findings.verdict();
};

/** The terminal ends only; a key that came to no end holds vacuously. Of equal greatest writes the last one counts. */
function endsOf(history: PairedHistory): Map<Key, End> {
  const commits = new Map<Key, End>();
  const writes = new Map<Key, End>();
  for (const [position, event] of history.events.entries()) {
    if (event.type !== 'ok') continue;
    const key = keyOf(event);
    if (event.f === 'commit') commits.set(key, { value: event.value ?? null, event });
    const operation = history.operationAt[position];
    const value = operation === undefined ? undefined : writtenValue(operation);
    if (value === undefined) continue;
    const greatest = writes.get(key);
    if (greatest === undefined || (compareValues(value, greatest.value) ?? -1) >= 0) writes.set(key, { value, event });
  }
  const ends = new Map([...writes, ...commits]);
  return new Map([...ends].filter(([, end]) => isTerminal(end.value)));
}

function viewsOf(history: PairedHistory, ends: ReadonlyMap<Key, End>): BySession<View> {
  const views = new BySession<View>();
  for (const shown of shownValues(history)) {
    const { session, key, event } = shown;
    const end = ends.get(key);
    if (end === undefined) continue;
    const final = compareValues(shown.value, end.value) === 0 ? event : undefined;
    views.set(session, key, { firstFinal: views.get(session, key)?.firstFinal ?? final, last: shown });
  }
  return views;
}

interface Reader {
  session: Key;
  key: Key;
  invoke: HistoryEvent;
  end: End;
}

/** The first read of each session and key that began after the key's end. */
function* readersAfterEnd(history: PairedHistory, ends: ReadonlyMap<Key, End>): Generator<Reader> {
  const seen = new BySession<true>();
  for (const { f, session, key, invoke } of history.operations) {
    const end = ends.get(key);
    if (f !== 'read' || end === undefined || invoke.index < end.event.index || seen.get(session, key)) continue;
    seen.set(session, key, true);
    yield { session, key, invoke, end };
  }
}

function complain(session: Key, end: End, view: View | undefined, withinMs: number | undefined): Complaint | undefined {
  const { key } = end.event;
  const final = describeValue(end.value, view?.last.value);
  if (view === undefined) {
    return { event: undefined, sentence: `${session} was never shown ${key}, which ended at ${final}` };
  }
  const { last, firstFinal } = view;
  if (firstFinal === undefined || compareValues(last.value, end.value) !== 0) {
    const stuck = describeValue(last.value, end.value);
    return { event: last.event, sentence: `${session} was last shown ${key} at ${stuck}, but it ended at ${final}` };
  }
  const tookMs = (firstFinal.time - end.event.time) / 1e6;
  if (withinMs === undefined || tookMs <= withinMs) return undefined;
  const sentence = `${session} was shown ${final} of ${key} only ${tookMs} ms after its commit, not within ${withinMs} ms`;
  return { event: firstFinal, sentence };
}

/** In history order. The read shows that the session looked, where nothing that it was shown later does. */
function evidence(end: HistoryEvent, shown: HistoryEvent | undefined, invoke: HistoryEvent): number[] {
  if (shown === undefined) return [end.index, invoke.index];
  return shown.index > end.index ? [end.index, shown.index] : [shown.index, end.index, invoke.index];
}
