/** Describes operations that no order explains. */
import { CAS, NONE, OK, READ, START } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { describeValue } from '../history/order.ts';
import { itemAt } from '../required.ts';
import { describeEvent } from './decrease.ts';
import type { RegisterOperation } from './register-operations.ts';

export interface Contradiction {
  /** In the order of the history. */
  events: number[];
  /** The event with which the contradiction is complete. */
  end: number;
  sentence: string;
}

const describedOperationsMax = 6;

/** `operations` in the order of their invocations. */
export function describeContradiction(
  history: HistoryColumns,
  { operations, beginsAnywhere }: { operations: readonly RegisterOperation[]; beginsAnywhere: boolean },
  end: number,
): Contradiction {
  const cited = operations.map((each) => (each.end > end ? each.invoke : each.end));
  const events = [...new Set(cited)].toSorted((a, b) => a - b);
  const invokes = [...new Set(operations.map(({ invoke }) => invoke))];
  const described = invokes.slice(0, describedOperationsMax).map((invoke) => describeOperation(history, invoke));
  const more = invokes.length - described.length;
  const rest = more > 0 ? `, and ${more} more` : '';
  const before = beginsAnywhere ? ', for any initial value' : '';
  const what = `no order of these operations on ${history.keyName(itemAt(events, 0))} explains the values read${before}`;
  return { events, end, sentence: `${what}: ${described.join(', ')}${rest}` };
}

/**
 * `worker-1 wrote 85%`, from any event of the operation; `beside` is an event whose value stands in the same sentence.
 */
export function describeOperation(history: HistoryColumns, event: number, beside?: number): string {
  const { code, mate } = history;
  const other = mate.get(event);
  const [invoke, completion] = other === NONE || event < other ? [event, other] : [other, event];
  const f = code.get(invoke) >> 2;
  const isOk = completion !== NONE && (code.get(completion) & 3) === OK;
  const value = f === READ ? completion : history.writtenAt(invoke);
  const text = value === NONE ? 'an unknown generation' : describeEvent(history, value, beside);
  return `${history.sessionName(invoke)} ${verbOf(f, isOk)} ${expectation(history, invoke)}${text}`;
}

function verbOf(f: number, isOk: boolean): string {
  if (f === READ) return 'read';
  const verb = f === START ? 'started' : f === CAS ? 'swapped' : 'wrote';
  return isOk ? verb : `perhaps ${verb}`;
}

function expectation(history: HistoryColumns, invoke: number): string {
  const from = history.swapFrom.get(invoke);
  return from === undefined ? '' : `${describeValue(from)} for `;
}
