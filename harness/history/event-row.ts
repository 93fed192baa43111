import { codeOf, NONE, NOTHING } from './codes.ts';
import type { HistoryEvent, Scalar } from './event.ts';
import type { Names } from './names.ts';
import { fillValue, type ValueRow } from './value-row.ts';

/** One event in the form of the columns; filled anew for each. Names are ids of the builder's `names`. */
export interface EventRow extends ValueRow {
  index: number;
  time: number;
  process: number;
  /** `NONE` if the event does not name one. */
  session: number;
  key: number;
  code: number;
  /** For a `cas` with a pair: the expected value. */
  from: Scalar | undefined;
}

export function fillRow(row: EventRow, event: HistoryEvent, names: Names): void {
  const { f, value } = event;
  row.index = event.index;
  row.time = event.time;
  row.process = names.idOf(event.process);
  row.session = event.session === undefined ? NONE : names.idOf(event.session);
  row.key = event.key === undefined || event.key === null ? NONE : names.idOf(event.key);
  row.code = codeOf(event);
  fillValue(row, f === 'fault' ? undefined : value, names);
  row.from = Array.isArray(value) && f === 'cas' ? (value as readonly [Scalar, Scalar])[0] : undefined;
}

export function emptyRow(): EventRow {
  return {
    index: 0,
    time: 0,
    process: 0,
    session: NONE,
    key: NONE,
    code: 0,
    shape: NOTHING,
    generation: 0,
    progress: 0,
    status: NONE,
    from: undefined,
  };
}
