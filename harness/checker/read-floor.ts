/** Reads against a floor: the greatest value that their session knew of for certain when they began. */
import { NONE, NOTHING, OK, READ, READ_INVOKE, READ_OK, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { mayFall, mayFallBelowWrites } from './falls.ts';

/**
 * Visits every completed read that began above a floor and did not return as much, in order of completion: with the
 * completion that made the floor certain, and its own. `raisedBy` says whose completions make a value certain for
 * their session and key. The floor is a running maximum, taken at the invoke. Most histories never come near it, and are
 * let go without looking at the invokes.
 */
export function readsUnderFloor(
  history: HistoryColumns,
  raisedBy: 'reads' | 'writes',
  visit: (floor: number, read: number) => void,
): void {
  // A read that overlaps what raised the floor may return less: the first look lets it through to this one.
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
