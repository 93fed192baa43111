import { COMMIT_OK, NONE, NOTHING, READ_INVOKE, completesWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { describeApart, describeEvent } from './decrease.ts';
import { shownCode } from './shown.ts';
import { Findings } from './findings.ts';
import type { Checker, Extent } from './findings.ts';
import { Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { watchesToEnd } from './watching.ts';

/** By session and key: the first event that shows the user the final value, and the last event that shows any value. */
interface Views {
  /** May precede the commit. */
  firstFinal: Int32Column;
  last: Int32Column;
}

/** A session that must be shown the final value of a key. */
interface Onlooker {
  /** The event that shows that it looks at the key: the beginning of its watch, or of a read. */
  witness: number;
  /** The event with the final value of the key. */
  end: number;
}

/** What is wrong with a view: the offending event, or `NONE`, and a sentence. */
interface Complaint {
  event: number;
  sentence: string;
}

/**
 * Where the last commit of a key (without commits of that key: its greatest `ok` write) is terminal, every session that
 * watches the key at the end was last shown that value, and with a bound also shown it within that time. A session that
 * was shown nothing has not converged.
 *
 * A history without `watch` events does not say which sessions watch. There the property applies to every session that
 * invoked a read of the key after its end, also if all of these reads failed or are still in flight: its user would see
 * 85% forever. Faults heal before the final reads, so a correct application completes one of them.
 *
 * Statuses are compared where both values have one.
 *
 * The bound runs from the commit, also for a session that began to look later.
 */
export const convergence: Checker = (history, { convergeWithinMs }) => {
  const findings = new Findings('convergence');
  const ends = endsOf(history);
  const views = viewsOf(history, ends);
  const onlookers = history.recordsWatches ? watchersAtEnd(history, ends) : readersAfterEnd(history, ends);
  for (const onlooker of onlookers) {
    const complaint = complain(history, onlooker, views, convergeWithinMs);
    if (complaint === undefined) continue;
    findings.violation(onlooker.witness, () => ({
      key: history.keyName(onlooker.witness),
      session: history.sessionName(onlooker.witness),
      events: evidence(onlooker, complaint.event),
      sentence: complaint.sentence,
    }));
  }
  return findings.complete(extentOfEnds(history, ends, onlookers.length));
};

function extentOfEnds(history: HistoryColumns, ends: Int32Column, onlookers: number): Extent {
  const terminal = ends.reduce((count, end) => (end === NONE ? count : count + 1), 0);
  const lack = history.recordsWatches
    ? 'no session that watches a key at its end'
    : 'no session that reads a key after its end';
  return {
    judged: onlookers,
    needs: [{ count: terminal, lack: 'no terminal value' }],
    lastNeed: { count: onlookers, lack },
  };
}

/**
 * By key: the event with its terminal value, else `NONE`; a key without one is not judged. Of equal
 * greatest writes the last one counts.
 */
function endsOf(history: HistoryColumns): Int32Column {
  const { code, key, shape, length } = history;
  const commits = new Int32Column(history.names.count).fill(NONE);
  const writes = new Int32Column(history.names.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === COMMIT_OK) commits[key.get(at)] = at;
    if (!completesWrite(what) || shape[at] === NOTHING) continue;
    const greatest = writes.get(key.get(at));
    if (greatest === NONE || history.compare(at, greatest) >= 0) writes[key.get(at)] = at;
  }
  const ends = new Int32Column(history.names.count).fill(NONE);
  for (const [name, commit] of commits.entries()) {
    const end = commit === NONE ? writes.get(name) : commit;
    if (end !== NONE && history.isTerminal(end)) ends[name] = end;
  }
  return ends;
}

function viewsOf(history: HistoryColumns, ends: Int32Column): Views {
  const { code, key, view, length } = history;
  const shown = shownCode(history);
  const firstFinal = new Int32Column(history.views.count).fill(NONE);
  const last = new Int32Column(history.views.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    if (code[at] !== shown) continue;
    const end = ends.get(key.get(at));
    if (end === NONE) continue;
    if (firstFinal[view.get(at)] === NONE && isEnd(history, at, end)) firstFinal[view.get(at)] = at;
    last[view.get(at)] = at;
  }
  return { firstFinal, last };
}

/**
 * Each session and key that is watched at the end of the history, if the key has an end, in the order in which the
 * watches began.
 */
function watchersAtEnd(history: HistoryColumns, ends: Int32Column): Onlooker[] {
  const { key } = history;
  return [...watchesToEnd(history)]
    .filter((witness) => witness !== NONE && ends[key.get(witness)] !== NONE)
    .sort((a, b) => a - b)
    .map((witness) => ({ witness, end: ends.get(key.get(witness)) }));
}

/** The first read of each session and key that began after the key's end. */
function readersAfterEnd(history: HistoryColumns, ends: Int32Column): Onlooker[] {
  const { code, key, view, length } = history;
  const seen = new Uint8Column(history.views.count);
  const readers: Onlooker[] = [];
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_INVOKE || seen[view.get(at)] === 1) continue;
    const end = ends.get(key.get(at));
    if (end === NONE || at < end) continue;
    seen[view.get(at)] = 1;
    readers.push({ witness: at, end });
  }
  return readers;
}

function complain(
  history: HistoryColumns,
  { witness, end }: Onlooker,
  views: Views,
  withinMs: number | undefined,
): Complaint | undefined {
  const view = history.view.get(witness);
  const [session, key] = [history.sessionName(witness), history.keyName(witness)];
  const [firstFinal, last] = [views.firstFinal.get(view), views.last.get(view)];
  if (last === NONE) {
    const ended = `which ended at ${describeEvent(history, end)}`;
    const sentence = history.recordsWatches
      ? `${session} watched ${key}, ${ended}, and was shown nothing`
      : `${session} was never shown ${key}, ${ended}`;
    return { event: NONE, sentence };
  }
  if (firstFinal === NONE || !isEnd(history, last, end)) {
    const [final, stuck] = describeApart(history, end, last);
    return { event: last, sentence: `${session} was last shown ${key} at ${stuck}, but it ended at ${final}` };
  }
  const tookMs = (history.time.get(firstFinal) - history.time.get(end)) / 1e6;
  if (withinMs === undefined || tookMs <= withinMs) return undefined;
  const final = describeEvent(history, end, last);
  const sentence = `${session} was shown ${final} of ${key} only ${tookMs} ms after its commit, not within ${withinMs} ms`;
  return { event: firstFinal, sentence };
}

/** Whether the event `at` has the final value. */
function isEnd(history: HistoryColumns, at: number, end: number): boolean {
  if (history.compare(at, end) !== 0) return false;
  const { status } = history;
  return status[at] === NONE || status[end] === NONE || status[at] === status[end];
}

/** In history order. Includes the witness unless the session was shown a value after the end. */
function evidence({ witness, end }: Onlooker, shown: number): number[] {
  if (shown > end) return [end, shown];
  return (shown === NONE ? [end, witness] : [shown, end, witness]).sort((a, b) => a - b);
}
