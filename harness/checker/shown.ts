/** What the user saw: the one place that decides what counts as shown. */
import type { HistoryEvent, Value } from '../history/event.ts';
import { keyOf, sessionOf } from '../history/pairing.ts';
import type { PairedHistory } from '../history/pairing.ts';

export interface Shown {
  event: HistoryEvent;
  session: string | number;
  key: string | number;
  value: Value;
}

/**
 * In the order in which it was seen: the `show` events, or, in a history without a single one, the completed reads in
 * order of completion. The history decides as a whole: where one observer records what it shows, another whose reads
 * never led to a `show` has shown nothing.
 */
export function* shownValues(history: PairedHistory): Generator<Shown> {
  const recordsShows = history.events.some((event) => event.f === 'show');
  for (const [position, event] of history.events.entries()) {
    if (recordsShows) {
      if (event.f === 'show') yield shown(event, sessionOf(event));
    } else if (event.f === 'read' && event.type === 'ok') {
      yield shown(event, history.operationAt[position]?.session ?? sessionOf(event));
    }
  }
}

function shown(event: HistoryEvent, session: string | number): Shown {
  return { event, session, key: keyOf(event), value: event.value ?? null };
}
