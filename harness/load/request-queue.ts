/** Lets at most so many tasks run at the same time; others wait in order. Measures how long. */
import type { Waited } from './server-message.ts';

export class RequestQueue {
  readonly #max: number;
  readonly #nowMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #requests = 0;
  #queued = 0;
  #waitedMs = 0;
  #maxMs = 0;

  constructor(max: number, nowMs: () => number) {
    this.#max = max;
    this.#nowMs = nowMs;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#requests += 1;
    if (this.#open >= this.#max) await this.#turn();
    else this.#open += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#open -= 1;
      else next();
    }
  }

  waited(): Waited {
    const meanMs = this.#requests === 0 ? 0 : this.#waitedMs / this.#requests;
    return { requests: this.#requests, queued: this.#queued, meanMs, maxMs: this.#maxMs };
  }

  async #turn(): Promise<void> {
    const since = this.#nowMs();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const ms = this.#nowMs() - since;
    this.#queued += 1;
    this.#waitedMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }
}
