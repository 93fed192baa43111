/**
 * Fast checks that nearly every history passes: does any value decrease at all, or take back the end of a generation?
 * Also `true` for a history without heights, which these checks cannot decide.
 */
import { completesWrite, NONE, READ_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float32Column, Int32Column } from '../history/typed-columns.ts';

/** Whether the value of any event of this code may be older than that of an earlier one in its session and key. */
export function mayFall(history: HistoryColumns, judged: number): boolean {
  const { code, view, height, length } = history;
  if (height.length === 0) return true;
  const latest = lowest(history);
  for (let at = 0; at < length; at++) {
    if (code[at] !== judged) continue;
    const pair = view.get(at);
    const value = height.get(at);
    if (value < latest.get(pair)) return true;
    latest[pair] = value;
  }
  return mayReopen(history, judged, (code) => code === judged);
}

/** Whether the value of any completed read may be older than that of a write that completed before it in its session and key. */
export function mayFallBelowWrites(history: HistoryColumns): boolean {
  const { code, view, height, length } = history;
  if (height.length === 0) return true;
  const greatest = lowest(history);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_OK) {
      if (height.get(at) < greatest.get(view.get(at))) return true;
    } else if (completesWrite(what)) {
      const pair = view.get(at);
      const value = height.get(at);
      if (value > greatest.get(pair)) greatest[pair] = value;
    }
  }
  return mayReopen(history, READ_OK, completesWrite);
}

/**
 * Whether an event of the judged code takes back an end in its session and key. Where the other checks find nothing, an
 * end that a later generation replaced needs no comparison.
 */
function mayReopen(history: HistoryColumns, judged: number, mayEnd: (code: number) => boolean): boolean {
  const { code, view, length } = history;
  if (!history.recordsEnds) return false;
  const ends = new Int32Column(history.views.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === judged) {
      const end = ends.get(view.get(at));
      if (end !== NONE && history.isReopened(end, at)) return true;
    }
    if (mayEnd(what) && history.isEnd(at)) ends[view.get(at)] = at;
  }
  return false;
}

/** A height below every value, also below the 0 of a write whose value is unknown. */
function lowest({ views }: HistoryColumns): Float32Column {
  return new Float32Column(views.count).fill(-1);
}
