import { COMMIT_OK, NONE, NOTHING, READ_INVOKE, completesWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { describeEvent } from './decrease.ts';
import { shownCode } from './shown.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

/** By session and key: the events that show the user the final value for the first time, and anything for the last. */
interface Views {
  /** Before the commit counts too. */
  firstFinal: Int32Array;
  last: Int32Array;
}

/** What is wrong with a view: the event at fault, or `NONE`, and a sentence. */
interface Complaint {
  event: number;
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
  for (const invoke of readersAfterEnd(history, ends)) {
    const end = ends[history.key[invoke]!]!;
    const complaint = complain(history, { invoke, end }, views, convergeWithinMs);
    if (complaint === undefined) continue;
    findings.violation(() => ({
      key: history.keyName(invoke),
      session: history.sessionName(invoke),
      events: evidence(end, complaint.event, invoke),
      sentence: complaint.sentence,
    }));
  }
  return findings.verdict();
};

/**
 * By key: the event that brought it to a terminal end, else `NONE`; a key that came to no end holds vacuously. Of
 * equal greatest writes the last one counts.
 */
function endsOf(history: HistoryColumns): Int32Array {
  const { code, key, shape, length } = history;
  const commits = new Int32Array(history.names.count).fill(NONE);
  const writes = new Int32Array(history.names.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code[at]!;
    if (what === COMMIT_OK) commits[key[at]!] = at;
    if (!completesWrite(what) || shape[at] === NOTHING) continue;
    const greatest = writes[key[at]!]!;
    if (greatest === NONE || history.compare(at, greatest) >= 0) writes[key[at]!] = at;
  }
  return commits.map((commit, name) => {
    const end = commit === NONE ? writes[name]! : commit;
    return end !== NONE && history.isTerminal(end) ? end : NONE;
  });
}

function viewsOf(history: HistoryColumns, ends: Int32Array): Views {
  const { code, key, view, length } = history;
  const shown = shownCode(history);
  const firstFinal = new Int32Array(history.views.count).fill(NONE);
  const last = new Int32Array(history.views.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    if (code[at] !== shown) continue;
    const end = ends[key[at]!]!;
    if (end === NONE) continue;
    if (firstFinal[view[at]!] === NONE && history.compare(at, end) === 0) firstFinal[view[at]!] = at;
    last[view[at]!] = at;
  }
  return { firstFinal, last };
}

/** The first read of each session and key that began after the key's end. */
function readersAfterEnd(history: HistoryColumns, ends: Int32Array): number[] {
  const { code, key, view, length } = history;
  const seen = new Uint8Array(history.views.count);
  const readers: number[] = [];
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_INVOKE || seen[view[at]!] === 1) continue;
    const end = ends[key[at]!]!;
    if (end === NONE || at < end) continue;
    seen[view[at]!] = 1;
    readers.push(at);
  }
  return readers;
}

function complain(
  history: HistoryColumns,
  { invoke, end }: { invoke: number; end: number },
  views: Views,
  withinMs: number | undefined,
): Complaint | undefined {
  const view = history.view[invoke]!;
  const [session, key] = [history.sessionName(invoke), history.keyName(invoke)];
  const [firstFinal, last] = [views.firstFinal[view]!, views.last[view]!];
  if (last === NONE) {
    return {
      event: NONE,
      sentence: `${session} was never shown ${key}, which ended at ${describeEvent(history, end)}`,
    };
  }
  const final = describeEvent(history, end, last);
  if (firstFinal === NONE || history.compare(last, end) !== 0) {
    const stuck = describeEvent(history, last, end);
    return { event: last, sentence: `${session} was last shown ${key} at ${stuck}, but it ended at ${final}` };
  }
  const tookMs = (history.time[firstFinal]! - history.time[end]!) / 1e6;
  if (withinMs === undefined || tookMs <= withinMs) return undefined;
  const sentence = `${session} was shown ${final} of ${key} only ${tookMs} ms after its commit, not within ${withinMs} ms`;
  return { event: firstFinal, sentence };
}

/** In history order. The read shows that the session looked, where nothing that it was shown later does. */
function evidence(end: number, shown: number, invoke: number): number[] {
  if (shown === NONE) return [end, invoke];
  return shown > end ? [end, shown] : [shown, end, invoke];
}
