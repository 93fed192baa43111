/** The event queue of a simulation, ordered by virtual time; events at the same time keep the order of scheduling. */

export interface ScheduledEvent {
  /** Virtual nanoseconds. */
  readonly at: number;
  readonly order: number;
  /** The work of the event; `undefined` once it is cancelled. */
  run: (() => void) | undefined;
}

/** A binary heap. Cancelled events stay in it until their time comes, which is cheaper than searching for them. */
export class EventHeap {
  readonly #entries: ScheduledEvent[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The next one, which stays. */
  get first(): ScheduledEvent | undefined {
    return this.#entries[0];
  }

  push(entry: ScheduledEvent): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): ScheduledEvent | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === last || last === undefined) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = child < entries.length ? entries[child] : undefined;
      const beside = child + 1 < entries.length ? entries[child + 1] : undefined;
      if (below !== undefined && beside !== undefined && isBefore(beside, below)) [child, below] = [child + 1, beside];
      if (below === undefined || !isBefore(below, last)) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = last;
    return first;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
