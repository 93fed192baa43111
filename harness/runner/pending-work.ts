/** Counts what is going on between the application and the databases, and may still cause an event. */
import type { Clock } from '../clock.ts';
import type { GatewayListener } from '../gateway/gateway.ts';
import type { Plan } from '../plan/plan.ts';

/** The clock of the faults, which knows how many of them wait. */
export class CountingClock implements Clock {
  readonly #clock: Clock;
  #open = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get open(): number {
    return this.#open;
  }

  now(): number {
    return this.#clock.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.#open += 1;
    await this.#clock.sleep(milliseconds, signal);
    this.#open -= 1;
  }
}

export interface RequestCount extends GatewayListener {
  all(): number;
  /** Without those of tabs, which poll all the time. */
  open(): number;
}

export function countRequests({ observers }: Plan): RequestCount {
  const sessions = new Set<string | undefined>(observers.map(({ session }) => session));
  let all = 0;
  let open = 0;
  return {
    requested({ actor }) {
      all += 1;
      if (!sessions.has(actor)) open += 1;
    },
    ended({ actor }) {
      if (!sessions.has(actor)) open -= 1;
    },
    all: () => all,
    open: () => open,
  };
}
