/** What caused a violation, as far as a log tells. */
import { COMMIT_OK, WRITE_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent } from '../history/event.ts';

/** Names the causes of the violations of one history. */
export class IncidentCauses {
  readonly #history: HistoryColumns;
  /** By key: its commits and completed writes in order, and where each of their values is first. */
  readonly #writes = new Map<number, { places: number[]; firsts: Map<number, number> }>();

  constructor(history: HistoryColumns) {
    this.#history = history;
    const { code, key } = history;
    if (history.countOf(COMMIT_OK) + history.countOf(WRITE_OK) === 0) return;
    for (let at = 0; at < history.length; at += 1) {
      if (code[at] === COMMIT_OK || code[at] === WRITE_OK) this.#addWrite(key.get(at), at);
    }
  }

  /**
   * @param at the event whose value was too old
   * @param before the event with the newer value, if there is one
   */
  causeOf(at: number, before: number | undefined): string {
    const history = this.#history;
    const event = history.eventAt(at);
    if (event.f === 'commit') return 'the row itself went back';
    if (before !== undefined && this.#wentBack(at, before)) return 'the row itself went back, and was read so';
    const origin = originOf(deliveryOf(history, event));
    return before !== undefined && history.generation.get(at) < history.generation.get(before)
      ? `${origin}, with the value of an earlier generation`
      : origin;
  }

  #addWrite(key: number, at: number): void {
    const writes = this.#writes.get(key) ?? { places: [], firsts: new Map<number, number>() };
    this.#writes.set(key, writes);
    writes.places.push(at);
    const value = this.#history.values.ids.get(at);
    if (!writes.firsts.has(value)) writes.firsts.set(value, at);
  }

  /** Whether the last value that was written before the event is its own, and the newer one was written before that. */
  #wentBack(at: number, before: number): boolean {
    const { key, values } = this.#history;
    const writes = this.#writes.get(key.get(at));
    const last = writes?.places[placesBefore(writes.places, at) - 1];
    if (writes === undefined || last === undefined) return false;
    const newer = writes.firsts.get(values.ids.get(before));
    return values.ids[last] === values.ids[at] && newer !== undefined && newer < last;
  }
}

/** How many of the places, which increase, are before `at`. */
function placesBefore(places: readonly number[], at: number): number {
  let [from, to] = [0, places.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (places[middle]! < at) from = middle + 1;
    else to = middle;
  }
  return from;
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
