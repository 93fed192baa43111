/**
 * Fast checks that nearly every history passes: does any value decrease at all? Also `true` for a history without
 * heights, which these checks cannot decide.
 */
import { completesWrite, READ_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float32Column } from '../history/typed-columns.ts';

/** Whether any event of this code has a smaller value than the previous event of this code in its session and key. */
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
  return false;
}

/** Whether any completed read has a smaller value than a write that completed before it in its session and key. */
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
  return false;
}

/** A height below every value, also below the 0 of a write whose value is unknown. */
function lowest({ views }: HistoryColumns): Float32Column {
  return new Float32Column(views.count).fill(-1);
}
