/** Tells a wait that takes long from one that has no end. */

/** A server that works advances within milliseconds; one on a crowded machine, within seconds. */
const STANDSTILL_MS = 60_000;

/** Whether a position that should advance, for example that of a replica, has stopped. */
export class Standstill {
  readonly #withinMs: number;
  #last: unknown;
  #since = performance.now();

  /** @param withinMs milliseconds after which it has stopped; 60,000 by default */
  constructor(withinMs = STANDSTILL_MS) {
    this.#withinMs = withinMs;
  }

  /**
   * Call in every round of the wait.
   * @param mayStop whether it has a reason not to advance now; such a time does not count
   */
  hasStopped(position: unknown, mayStop = false): boolean {
    const now = performance.now();
    if (mayStop || position !== this.#last) {
      this.#last = position;
      this.#since = now;
    }
    return now - this.#since > this.#withinMs;
  }
}
