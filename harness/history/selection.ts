import { FAULT, INFO, NONE, NOTHING, READ, RECEIVE, SHOW, WATCH_BEGIN } from './codes.ts';
import { HistoryColumns } from './columns.ts';
import type { Columns } from './columns.ts';
import { Int32Column, Uint8Column } from './typed-columns.ts';

/** Names of keys and sessions; a missing list selects all. */
export interface Selection {
  keys?: readonly string[];
  sessions?: readonly string[];
}

const deselected = FAULT * 4 + INFO;

/**
 * The same history restricted to some keys and sessions. Events that are not selected become faults, which no checker
 * judges, so all events keep their indices. All writes and commits of the selected keys are kept, also those of other
 * sessions, because the selected reads are judged by them; the reads, shows, receives and watches of other sessions are
 * not.
 */
export function select(history: HistoryColumns, { keys, sessions }: Selection): HistoryColumns {
  const { names, length } = history;
  const isKey = namesIn(history, keys);
  const isSession = namesIn(history, sessions);
  const columns: Columns = {
    ...history,
    code: new Uint8Column(history.code),
    view: new Int32Column(history.view),
    shape: new Uint8Column(history.shape),
  };
  for (let at = 0; at < length; at++) {
    const f = history.code.get(at) >> 2;
    if (f === FAULT) continue;
    const isView = f === READ || f === SHOW || f === RECEIVE || f >= WATCH_BEGIN;
    if (isKey[history.key.get(at)] === 1 && (!isView || isSession[history.session.get(at)] === 1)) continue;
    columns.code[at] = deselected;
    columns.view[at] = NONE;
    columns.shape[at] = NOTHING;
  }
  const { header, views, swapFrom, eventAt, recordsShows, recordsWatches } = history;
  return new HistoryColumns({
    header,
    length,
    columns,
    names,
    views,
    swapFrom,
    eventAt,
    recordsShows,
    recordsWatches,
  });
}

/** The names of the selection that do not occur in the history. */
export function unknownNames(history: HistoryColumns, { keys = [], sessions = [] }: Selection): string[] {
  const known = (column: Int32Column): Set<string> =>
    new Set([...new Set(column)].filter((id) => id !== NONE).map((id) => history.names.nameOf(id)));
  return [
    ...keys.filter((name) => !known(history.key).has(name)),
    ...sessions.filter((name) => !known(history.session).has(name)),
  ];
}

/** By id: whether the name is in the list. */
function namesIn({ names }: HistoryColumns, list: readonly string[] | undefined): Uint8Column {
  const wanted = new Set(list);
  const isIn = new Uint8Column(names.count);
  for (let id = 0; id < isIn.length; id++) {
    isIn[id] = list === undefined || wanted.has(names.nameOf(id)) ? 1 : 0;
  }
  return isIn;
}
