import { READ_OK, SHOW_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';

/**
 * The code of the events that tell what the user saw, and when: the `show` events, or, in a history without a single
 * one, the completed reads in order of completion. The history decides as a whole: where one observer records what it
 * shows, another whose reads never led to a `show` has shown nothing.
 */
export function shownCode(history: HistoryColumns): number {
  return history.recordsShows ? SHOW_OK : READ_OK;
}
