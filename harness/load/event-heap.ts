/** Events that wait to be written in order of time; of equal times, in order of rank and then of arrival. */

export interface WaitingEvent {
  /** Nanoseconds. */
  time: number;
  rank: number;
  write(time: number): void;
}

export class EventHeap {
  readonly #events: (WaitingEvent & { arrival: number })[] = [];
  #arrivals = 0;

  get first(): WaitingEvent | undefined {
    return this.#events[0];
  }

  add(event: WaitingEvent): void {
    const events = this.#events;
    const added = { ...event, arrival: this.#arrivals++ };
    let at = events.length;
    events.push(added);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(added, events[parent]!)) break;
      events[at] = events[parent]!;
      at = parent;
    }
    events[at] = added;
  }

  take(): WaitingEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= events.length) break;
      const right = left + 1;
      const child = right < events.length && isBefore(events[right]!, events[left]!) ? right : left;
      if (!isBefore(events[child]!, last)) break;
      events[at] = events[child]!;
      at = child;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(a: WaitingEvent & { arrival: number }, b: WaitingEvent & { arrival: number }): boolean {
  return (
    a.time - b.time < 0 || (a.time === b.time && (a.rank < b.rank || (a.rank === b.rank && a.arrival < b.arrival)))
  );
}
