/** Compares reads with a floor: the greatest value that their session knew when they began. */
import { NONE, NOTHING, OK, READ, READ_INVOKE, READ_OK, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { mayFall, mayFallBelowWrites } from './falls.ts';

/**
 * Visits every completed read that returned less than the floor at its invoke, in order of completion, with the
 * completion that set the floor and its own. `raisedBy` says which completions raise the floor of their session and
 * key. The floor is a running maximum. For most histories a fast check without the invokes shows that there is no such
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
  const floors = new Int32Column(history.views.count).fill(NONE);
  /** By process, which has at most one operation in flight. */
  const atInvoke = new Int32Column(history.names.count).fill(NONE);
  const byReads = raisedBy === 'reads';
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_INVOKE) {
      atInvoke[process.get(at)] = floors.get(view.get(at));
      continue;
    }
    if ((what & 3) !== OK || what >> 2 >= SHOW) continue;
    if (what === READ_OK) {
      const floor = atInvoke.get(process.get(at));
      if (floor !== NONE && !(history.compare(at, floor) >= 0)) visit(floor, at);
    }
    if ((what >> 2 === READ) !== byReads || shape[at] === NOTHING) continue;
    const before = floors.get(view.get(at));
    if (before === NONE || history.compare(at, before) > 0) floors[view.get(at)] = at;
  }
}
