/** The agenda of a simulation: what happens next, by virtual time; what has the same time, in the order of its making. */

export interface AgendaEntry {
  /** Virtual nanoseconds. */
  readonly at: number;
  readonly order: number;
  /** What is to happen; `undefined` once it was cancelled. */
  run: (() => void) | undefined;
}

/** A binary heap. Cancelled entries stay until their time comes, which costs less than to look for them. */
export class EventHeap {
  readonly #entries: AgendaEntry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  push(entry: AgendaEntry): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent]!;
      if (!isBefore(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): AgendaEntry | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === last || last === undefined) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child += 1;
      const below = entries[child]!;
      if (!isBefore(below, last)) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = last;
    return first;
  }
}

function isBefore(a: AgendaEntry, b: AgendaEntry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
