/** Compares reads with a floor: the values that their session knew when they began. */
import { NONE, NOTHING, OK, READ, READ_INVOKE, READ_OK, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { mayFall, mayFallBelowWrites } from './falls.ts';
import { Floors } from './floors.ts';

/**
 * Visits every completed read whose value is older than the floor at its invoke, in order of completion, with the
 * completion that set the floor and its own. `raisedBy` says which completions raise the floor of their session and
 * key. For most histories a fast check without the invokes shows that there is no such
 * read.
 */
export function readsUnderFloor(
  history: HistoryColumns,
  raisedBy: 'reads' | 'writes',
  visit: (floor: number, read: number) => void,
): void {
  // The fast check ignores overlap: it may report a read that overlaps the operation that raised the floor.
  if (!(raisedBy === 'reads' ? mayFall(history, READ_OK) : mayFallBelowWrites(history))) return;
  const { code, view, process, shape, length } = history;
  const floors = new Floors(history, history.views.count);
  /** By process, which has at most one operation in flight. */
  const atInvoke = new Floors(history, history.names.count);
  const byReads = raisedBy === 'reads';
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_INVOKE) {
      atInvoke.copy(process.get(at), floors, view.get(at));
      continue;
    }
    if ((what & 3) !== OK || what >> 2 >= SHOW) continue;
    if (what === READ_OK) {
      const floor = atInvoke.above(process.get(at), at);
      if (floor !== NONE) visit(floor, at);
    }
    if ((what >> 2 === READ) === byReads && shape[at] !== NOTHING) floors.raise(view.get(at), at);
  }
}
