import { READ_OK, SHOW_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';

/**
 * The code of the events that say what the user saw, and when: the `show` events, or, in a history without any, the
 * completed reads in order of completion. This applies to the whole history: if one observer records `show` events,
 * another without any has shown nothing.
 */
export function shownCode(history: HistoryColumns): number {
  return history.recordsShows ? SHOW_OK : READ_OK;
}
