/** What a report says of the workers that gave up. */
import type { HistoryEvent } from '../history/event.ts';
import { isMark } from '../history/marks.ts';
import { describeValue } from '../history/order.ts';

/**
 * One sentence for each worker that gave up. If the last of its writes was acknowledged, giving up is a mistake of the
 * application, such as a verification that a lagging replica answered, and the sentence says so.
 */
export function describeGivenUp(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => (isMark(event, 'worker-gave-up') ? [describeOne(event, events)] : []));
}

function describeOne({ index, worker, error }: HistoryEvent, events: readonly HistoryEvent[]): string {
  const text = `${String(worker)} gave up: ${String(error)}`;
  const last = events.findLast((event) => event.index < index && event.f === 'write' && event.session === worker);
  if (last?.type !== 'ok' || last.value === undefined) return text;
  return `${text}; its last write, ${describeValue(last.value)} of ${last.key}, had succeeded`;
}
