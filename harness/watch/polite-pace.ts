/** When a request may be sent: not more of them than a rate, and none while the server has asked for a pause. */
import type { Clock } from '../clock.ts';

export class PolitePace {
  readonly #clock: Clock;
  #intervalNs = 0;
  /** The next free turn, in nanoseconds of the clock. */
  #nextAt = 0;
  #pausedUntil = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.setRate(perSecond);
  }

  setRate(perSecond: number): void {
    this.#intervalNs = 1e9 / perSecond;
  }

  /** No turn begins before this time has passed. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + milliseconds * 1e6);
  }

  /** Resolves when it is the caller's turn, or `signal` aborts. Turns that a pause met are taken again after it. */
  async turn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = this.#clock.now();
      const turnAt = Math.max(this.#nextAt, this.#pausedUntil, now);
      this.#nextAt = turnAt + this.#intervalNs;
      if (turnAt > now) await this.#clock.sleep((turnAt - now) / 1e6, signal);
      if (this.#pausedUntil <= this.#clock.now()) return;
    }
  }
}

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** The pause after this many failures in succession, from 1: a second, doubled each time, and at most five minutes. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}

/** The longest pause that a server can ask for. */
const RETRY_AFTER_MS_MAX = 60 * 60_000;

/**
 * The header `Retry-After` in milliseconds, at most an hour; `undefined` if it is missing or neither seconds nor a date.
 * @param nowMs milliseconds since 1970
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const milliseconds = /^\s*\d+\s*$/.test(header) ? Number(header) * 1e3 : Date.parse(header) - nowMs;
  return Number.isNaN(milliseconds) ? undefined : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, milliseconds));
}
