/** Sees a violation when it happens, so that a run of which only the violation counts need not go on. */
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { isOlder, isProgress } from '../history/order.ts';

/** Whether the event violates the property, given the events before it. */
export type ViolationWatch = (event: HistoryEvent) => boolean;

/** @returns `undefined` for a property that is judged only when a run is complete */
export function watchFor(property: string): ViolationWatch | undefined {
  if (property === 'monotonic-view') return decreases(({ f, session, key }) => f === 'show' && `${session} ${key}`);
  if (property === 'monotonic-commits') return decreases(({ f, key }) => f === 'commit' && String(key));
  return undefined;
}

/** @param sequenceOf the name of the sequence that the event belongs to, in which no value may be older than an earlier one */
function decreases(sequenceOf: (event: HistoryEvent) => string | false): ViolationWatch {
  const earlier = new Map<string, ProgressValue[]>();
  return (event) => {
    const name = sequenceOf(event);
    const { value } = event;
    if (name === false || !isProgress(value)) return false;
    const values = earlier.get(name) ?? [];
    if (values.some((each) => isOlder(value, each))) return true;
    earlier.set(name, [...values, value]);
    return false;
  };
}
