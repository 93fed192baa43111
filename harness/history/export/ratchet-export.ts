import { formatEvent, formatHeader } from '../codec.ts';
import type { History } from '../event.ts';

/** Newline-delimited JSON as docs/HISTORY.md describes it. */
export function* exportRatchet({ header, events }: History): Generator<string> {
  if (header !== undefined) yield formatHeader(header);
  for (const event of events) yield formatEvent(event);
}
