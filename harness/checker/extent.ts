/** What a property needs of a history at least; without it the property is not judged: see docs/HISTORY.md. */
import { CAS, COMMIT_OK, OK, READ_OK, START, WRITE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Extent } from './findings.ts';

/** A kind of event that a property needs. */
export interface NeededEvents {
  codes: readonly number[];
  /** As it stands after "the history has". */
  lack: string;
}

export const COMPLETED_READ: NeededEvents = { codes: [READ_OK], lack: 'no completed read' };
export const COMPLETED_WRITE: NeededEvents = {
  codes: [WRITE, START, CAS].map((operation) => operation * 4 + OK),
  lack: 'no completed write',
};
export const COMMIT_EVENT: NeededEvents = { codes: [COMMIT_OK], lack: 'no commit events' };

/** Counts the events of each need; those of the first are the values that are judged. */
export function extentOf(history: HistoryColumns, ...needs: readonly [NeededEvents, ...NeededEvents[]]): Extent {
  const counted = needs.map(({ codes, lack }) => ({
    count: codes.reduce((sum, code) => sum + history.countOf(code), 0),
    lack,
  }));
  return { judged: counted[0]?.count ?? 0, needs: counted };
}
