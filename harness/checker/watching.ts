import { NONE, WATCH_BEGIN_OK, WATCH_END_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';

/** By session and key: the beginning of the watch that lasts to the end of the history, or `NONE`. */
export function watchesToEnd(history: HistoryColumns): Int32Column {
  const { code, view, length } = history;
  const began = new Int32Column(history.views.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === WATCH_END_OK) began[view.get(at)] = NONE;
    else if (what === WATCH_BEGIN_OK && began[view.get(at)] === NONE) began[view.get(at)] = at;
  }
  return began;
}
