/** What caused a violation, as far as a log tells. */
import { COMMIT_OK, WRITE_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent } from '../history/event.ts';

/**
 * @param at the event whose value was too old
 * @param before the event with the newer value, if there is one
 */
export function causeOf(history: HistoryColumns, at: number, before: number | undefined): string {
  const event = history.eventAt(at);
  if (event.f === 'commit') return 'the row itself went back';
  if (before !== undefined && wentBack(history, at, before)) return 'the row itself went back, and was read so';
  const origin = originOf(deliveryOf(history, event));
  return before !== undefined && history.generation.get(at) < history.generation.get(before)
    ? `${origin}, with the value of an earlier generation`
    : origin;
}

/** Whether the last value that was written before the event is its own, and the newer one was written before that. */
function wentBack(history: HistoryColumns, at: number, before: number): boolean {
  const { code, key, values } = history;
  let [isOwnLast, hasNewer] = [false, false];
  for (let index = 0; index < at; index += 1) {
    const what = code.get(index);
    if ((what !== COMMIT_OK && what !== WRITE_OK) || key.get(index) !== key.get(at)) continue;
    isOwnLast = values.ids[index] === values.ids[at];
    if (!isOwnLast) hasNewer ||= values.ids[index] === values.ids[before];
  }
  return isOwnLast && hasNewer;
}

/** The read or the push that delivered what was shown. */
function deliveryOf({ length, eventAt }: HistoryColumns, event: HistoryEvent): HistoryEvent {
  const { receive, read = receive } = event;
  return typeof read === 'number' && read >= 0 && read < length ? eventAt(read) : event;
}

function originOf({ f, served_by: node, cache, age, source }: HistoryEvent): string {
  if (isHit(cache)) return `answered by a cache (${String(cache)})`;
  if (Number(age) > 0) return 'answered by a cache (it has an age)';
  if (node !== undefined) return node === 'primary' ? 'answered by the primary' : `answered by ${String(node)}`;
  if (f === 'receive') return 'pushed';
  return source === undefined ? 'the log does not say who answered' : `shown by ${String(source)}`;
}

/** What caches say of answers that they had: `HIT`, `STALE`, `Hit from cloudfront`, `of the browser (disk)`. */
function isHit(cache: unknown): boolean {
  return typeof cache === 'string' && /\b(?:hit|stale|updating|revalidated|browser|prerender)\b/i.test(cache);
}
