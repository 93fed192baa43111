import { FAIL, INVOKE, NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';

/** An operation on one register. Values are ids of `history.values`; `NONE` for a value that no event has. */
export interface RegisterOperation {
  /** An `open-start` begins an unknown generation: it writes progress 0 of any generation. */
  kind: 'read' | 'write' | 'cas' | 'open-start';
  /** The value returned or written. */
  value: number;
  /** The value that a `cas` expects. */
  from: number;
  /** Events; the end is infinite if the operation may take effect at any later time, or never. */
  begin: number;
  end: number;
  /** The invoke by which the operation is described. */
  invoke: number;
  /** Other operations are bounded by it, so a smaller contradiction must keep it. */
  isFixed?: true;
}

/**
 * The value that the register must hold for this operation; `NONE` if any value will do, or if no event has the value.
 */
export function observedBy({ kind, value, from }: RegisterOperation): number {
  return kind === 'read' ? value : from;
}

/** The operations on these keys that an order must or may contain, in the order of their invocations. */
export function registerOperations(
  history: HistoryColumns,
  keys: ReadonlySet<number>,
): Map<number, readonly RegisterOperation[]> {
  const { code, key, length } = history;
  const byKey = new Map<number, RegisterOperation[]>([...keys].map((each) => [each, []]));
  for (let at = 0; at < length; at++) {
    if ((code.get(at) & 3) === INVOKE) byKey.get(key.get(at))?.push(...operationsAt(history, at));
  }
  return byKey;
}

/** Empty for a failed operation, and for a read that returned nothing. */
function operationsAt(history: HistoryColumns, invoke: number): RegisterOperation[] {
  const { code, key, mate, values } = history;
  const completion = mate.get(invoke);
  const outcome = history.outcomeOf(invoke);
  const isRead = code[invoke] === READ_INVOKE;
  if (outcome === FAIL || (isRead && outcome !== OK)) return [];
  const end = outcome === OK ? completion : Infinity;
  const operation = { from: NONE, begin: invoke, end, invoke };
  if (isRead) return [{ ...operation, kind: 'read', value: values.ids.get(completion) }];
  const written = history.writtenAt(invoke);
  if (written === NONE) return [{ ...operation, kind: 'open-start', value: NONE }];
  const value = values.ids.get(written);
  const expected = history.swapFrom.get(invoke);
  if (expected === undefined) return [{ ...operation, kind: 'write', value }];
  return [{ ...operation, kind: 'cas', value, from: values.idOf(key.get(invoke), expected) }];
}
