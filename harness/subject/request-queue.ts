/** Lets at most so many requests into an application at the same time; others wait in order. Measures how long. */
import { EnvironmentError, RequestLost } from '../errors.ts';

export interface Waited {
  requests: number;
  /** Those that waited at all. */
  queued: number;
  meanMs: number;
  maxMs: number;
}

export interface QueueOptions {
  inFlightMax: number;
  nowMs(): number;
  /** Called when so many requests wait that the measured times would be those of this machine alone. */
  onOverload(reason: EnvironmentError): void;
}

/** Each one takes memory, and they have waited for long. */
const WAITING_MAX = 10_000;

export class RequestQueue {
  readonly #options: QueueOptions;
  #waiting: PromiseWithResolvers<void>[] = [];
  #open = 0;
  #requests = 0;
  #queued = 0;
  #waitedMs = 0;
  #maxMs = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** @throws RequestLost if the queue is closed before its turn */
  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#requests += 1;
    if (this.#open >= this.#options.inFlightMax) await this.#turn();
    else this.#open += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#open -= 1;
      else next.resolve();
    }
  }

  /** Those that wait are not sent any more. */
  close(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new RequestLost('the request was not sent'));
  }

  waited(): Waited {
    const meanMs = this.#requests === 0 ? 0 : this.#waitedMs / this.#requests;
    return { requests: this.#requests, queued: this.#queued, meanMs, maxMs: this.#maxMs };
  }

  async #turn(): Promise<void> {
    const { nowMs, onOverload } = this.#options;
    const since = nowMs();
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    if (this.#waiting.length > WAITING_MAX) {
      onOverload(overloaded(this.#waiting.length));
      this.close();
    }
    await turn.promise;
    const ms = nowMs() - since;
    this.#queued += 1;
    this.#waitedMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }
}

function overloaded(waiting: number): EnvironmentError {
  const what = `${waiting} polls wait for the application: this machine answers fewer polls than the tabs ask for`;
  return new EnvironmentError('overloaded', what, 'use fewer tabs or longer intervals');
}
