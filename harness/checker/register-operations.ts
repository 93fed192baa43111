import { FAIL, INVOKE, NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { RegisterOperation } from './register-search.ts';

/** The operations on these keys that an order must or may contain, in the order of their invocations. */
export function registerOperations(
  history: HistoryColumns,
  keys: ReadonlySet<number>,
): Map<number, RegisterOperation[]> {
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
  if (isRead) return [{ kind: 'read', value: values.ids.get(completion), from: NONE, begin: invoke, end }];
  const written = history.writtenAt(invoke);
  if (written === NONE) return [{ kind: 'open-start', value: NONE, from: NONE, begin: invoke, end }];
  const expected = history.swapFrom.get(invoke);
  if (expected === undefined)
    return [{ kind: 'write', value: values.ids.get(written), from: NONE, begin: invoke, end }];
  return [
    { kind: 'cas', value: values.ids.get(written), from: values.idOf(key.get(invoke), expected), begin: invoke, end },
  ];
}
