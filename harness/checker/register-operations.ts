import { CAS, FAIL, INVOKE, NONE, OK, READ, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { RegisterOperation } from './register-search.ts';

/** The operations of these keys that an order must or may contain, in the order of their invocations. */
export function registerOperations(
  history: HistoryColumns,
  keys: ReadonlySet<number>,
): Map<number, RegisterOperation[]> {
  const { code, key, length } = history;
  const byKey = new Map<number, RegisterOperation[]>([...keys].map((each) => [each, []]));
  if (keys.size === 0) return byKey;
  for (let at = 0; at < length; at++) {
    const isInvoke = (code[at]! & 3) === INVOKE && code[at]! >> 2 < SHOW;
    const operations = isInvoke ? byKey.get(key[at]!) : undefined;
    const operation = operations === undefined ? undefined : operationAt(history, at);
    if (operation !== undefined) operations?.push(operation);
  }
  return byKey;
}

function operationAt(history: HistoryColumns, invoke: number): RegisterOperation | undefined {
  const { code, key, mate, values } = history;
  const completion = mate[invoke]!;
  const type = completion === NONE ? NONE : code[completion]! & 3;
  const f = code[invoke]! >> 2;
  if (type === FAIL || (f === READ && type !== OK)) return undefined;
  const end = type === OK ? completion : Infinity;
  if (f === READ) return { kind: 'read', value: values.ids[completion]!, from: NONE, begin: invoke, end };
  const written = history.writtenAt(invoke);
  if (written === NONE) return { kind: 'open-start', value: NONE, from: NONE, begin: invoke, end };
  const expected = f === CAS ? history.swapFrom.get(invoke) : undefined;
  if (expected === undefined) return { kind: 'write', value: values.ids[written]!, from: NONE, begin: invoke, end };
  return { kind: 'cas', value: values.ids[written]!, from: values.idOf(key[invoke]!, expected), begin: invoke, end };
}
