/** One value in the form of the columns. */
import { BOOLEAN, ENDED, NONE, NOTHING, NUMBER, PROGRESS, SHAPE, TEXT } from './codes.ts';
import type { HistoryHeader, Scalar, Value } from './event.ts';
import type { Names } from './names.ts';
import { isProgress } from './order.ts';

/**
 * The initial value of a key: that of the header, else 0% of generation 1 for a key that holds progresses, else `null`.
 */
export function initialValue(header: HistoryHeader | undefined, holdsProgress: boolean): Value {
  return header?.initial ?? (holdsProgress ? { progress: 0 } : null);
}

export interface ValueRow {
  shape: number;
  generation: number;
  progress: number;
  /** Id of the name of a progress's status; `NONE` without one. */
  status: number;
}

/** Writes a value into a row; for a pair, its second item. */
export function fillValue(row: ValueRow, value: Value | undefined, names: Names): void {
  row.shape = NOTHING;
  row.generation = 0;
  row.progress = 0;
  row.status = NONE;
  if (value === undefined) return;
  if (isProgress(value)) {
    row.shape = value.status === 'completed' || value.status === 'failed' ? PROGRESS | ENDED : PROGRESS;
    row.generation = value.generation ?? 1;
    row.progress = value.progress;
    if (value.status !== undefined) row.status = names.idOf(value.status);
  } else if (typeof value === 'object' && value !== null) fillScalar(row, value[1], names);
  else fillScalar(row, value, names);
}

/** The value of a row; for a pair, its second item. */
export function readValue({ shape, generation, progress, status }: ValueRow, names: Names): Value | undefined {
  switch (shape & SHAPE) {
    case PROGRESS:
      return { generation, progress, ...(status === NONE ? {} : { status: names.nameOf(status) }) };
    case NUMBER:
      return generation < 0 ? null : progress;
    case TEXT:
      return names.nameOf(progress);
    case BOOLEAN:
      return progress === 1;
    default:
      return undefined;
  }
}

/** Whether two values are the same, a status included where both have one. */
export function isSameValue(one: ValueRow, other: ValueRow): boolean {
  return (
    (one.shape & SHAPE) === (other.shape & SHAPE) &&
    one.generation === other.generation &&
    one.progress === other.progress &&
    (one.status === NONE || other.status === NONE || one.status === other.status)
  );
}

/** Whether the value is `null`. */
export function isNull({ shape, generation }: Pick<ValueRow, 'shape' | 'generation'>): boolean {
  return shape === NUMBER && generation < 0;
}

function fillScalar(row: ValueRow, scalar: Scalar, names: Names): void {
  switch (typeof scalar) {
    case 'number':
      row.shape = NUMBER;
      row.progress = scalar;
      break;
    case 'string':
      row.shape = TEXT;
      row.progress = names.idOf(scalar);
      break;
    case 'boolean':
      row.shape = BOOLEAN;
      row.progress = scalar ? 1 : 0;
      break;
    default:
      row.shape = NUMBER;
      row.generation = -1;
  }
}
