/**
 * First looks that nearly every history passes: does anything ever fall at all? `true` also where that takes a closer
 * look, when the values are more than heights.
 */
import { completesWrite, READ_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float32Column } from '../history/typed-columns.ts';

/** Whether any event of this code lies below the one of its code before it in its session and key. */
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

/** Whether any completed read lies below a write that had completed before it in its session and key. */
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

/** Below every value, and where a write never said its value, that is below them too. */
function lowest({ views }: HistoryColumns): Float32Column {
  return new Float32Column(views.count).fill(-1);
}
