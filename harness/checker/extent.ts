/** What a property needs of a history at least; without it the property is not judged: see docs/HISTORY.md. */
import { CAS, COMMIT_OK, OK, READ_OK, START, WRITE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Extent } from './verdict.ts';

/** A kind of event that a property needs. */
export interface Need {
  codes: readonly number[];
  /** As it stands after "the history has". */
  lack: string;
}

export const COMPLETED_READ: Need = { codes: [READ_OK], lack: 'no completed read' };
export const COMPLETED_WRITE: Need = {
  codes: [WRITE, START, CAS].map((operation) => operation * 4 + OK),
  lack: 'no completed write',
};
export const COMMIT_EVENT: Need = { codes: [COMMIT_OK], lack: 'no commit events' };

/** Counts the events of the first need, which are the values that are judged, and finds the needs that are not met. */
export function extentOf(history: HistoryColumns, ...needs: readonly [Need, ...Need[]]): Extent {
  const counts = needs.map(({ codes }) => codes.reduce((sum, code) => sum + history.countOf(code), 0));
  const unmet = needs.filter((_, at) => counts[at] === 0);
  return {
    judged: counts[0] ?? 0,
    lacks: unmet.length === 0 ? undefined : unmet.map(({ lack }) => lack).join(' and '),
  };
}
