/** What is known to have been stored for a key, and since when: the measure of how stale an answer is. */
import { isOlder } from '../history/order.ts';
import type { ObservedProgress } from '../port/subject.ts';

interface Known {
  value: ObservedProgress;
  /** Nanoseconds: a read that had returned this value, or a newer one, was complete. */
  since: number;
}

/** How many values are kept; of more, every second one is forgotten, so that a staleness is told too small, never too great. */
const KNOWN_MAX = 128;

export class KnownProgress {
  /** Each is newer than the one before it. */
  #known: Known[] = [];

  get newest(): ObservedProgress | undefined {
    return this.#known.at(-1)?.value;
  }

  learn(value: ObservedProgress, at: number): void {
    if (this.newest !== undefined && (isSame(value, this.newest) || isOlder(value, this.newest))) return;
    this.#known.push({ value, since: at });
    if (this.#known.length > KNOWN_MAX) this.#known = this.#known.filter((_, index) => index % 2 === 1);
  }

  /**
   * For how long a newer value had been known when the read began, in nanoseconds; 0 if none had.
   * @param beganAt nanoseconds
   */
  stalenessOf(value: ObservedProgress, beganAt: number): number {
    const missed = this.#known.find((known) => isOlder(value, known.value));
    return missed === undefined || missed.since > beganAt ? 0 : beganAt - missed.since;
  }
}

function isSame(a: ObservedProgress, b: ObservedProgress): boolean {
  return a.generation === b.generation && a.progress === b.progress && a.status === b.status;
}
