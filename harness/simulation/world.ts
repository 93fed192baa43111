/** One simulated world: its time, its agenda, and what the virtual globals ask of it. */
import type { Clock } from '../clock.ts';
import { EnvironmentError, type RatchetError } from '../errors.ts';
import { EventHeap, type AgendaEntry } from './event-heap.ts';
import { applicationStack } from '../stacks.ts';

export type VirtualFetch = typeof globalThis.fetch;

export interface WorldOptions {
  /** Numbers in [0, 1), for all that the application draws. */
  random(): number;
  /** What `new Date()` says at the beginning. */
  epochMs: number;
}

/** What a timer of the application is known by, until it is over. */
export interface AppTimer {
  readonly kind: 'setTimeout' | 'setInterval' | 'setImmediate';
  readonly madeAt: number;
  readonly origin: Error;
  isRef: boolean;
}

/** So often may a clock be read within one event before the reader counts as waiting for it to move. */
const CLOCK_READINGS_MAX = 1_000_000;

export class World {
  readonly #heap = new EventHeap();
  readonly #random: () => number;
  readonly #epochMs: number;
  readonly #listeners: ((trouble: RatchetError) => void)[] = [];
  readonly #sleepers = new WeakMap<AbortSignal, Set<() => void>>();
  readonly timers = new Set<AppTimer>();
  /** Requests of the application that have not been answered. */
  requestsInFlight = 0;
  /** Where requests go; without it, every `fetch` is an escape. */
  fetch: VirtualFetch | undefined;
  /** The first thing that went wrong outside of the runner's sight. */
  trouble: RatchetError | undefined;
  /** Of the times of all events: two runs that differ anywhere differ here. */
  trace = 0x811c9dc5;
  events = 0;
  #now = 0;
  #order = 0;
  #readings = 0;

  constructor(options: WorldOptions) {
    this.#random = options.random;
    this.#epochMs = options.epochMs;
  }

  /** Virtual nanoseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** As the application reads it: one that waits for it to move by reading it again and again waits for ever. */
  nowMs(): number {
    if (++this.#readings > CLOCK_READINGS_MAX) {
      throw this.report('simulation-spin', 'waits for time to pass without letting it pass', new Error('spins'));
    }
    return this.#now / 1e6;
  }

  dateMs(): number {
    return Math.floor(this.#epochMs + this.nowMs());
  }

  random(): number {
    return this.#random();
  }

  /** `run` happens `nanoseconds` from now; what is put on the agenda for the same time keeps its order. */
  schedule(nanoseconds: number, run: () => void): AgendaEntry {
    const entry: AgendaEntry = { at: this.#now + Math.max(0, Math.round(nanoseconds)), order: this.#order++, run };
    this.#heap.push(entry);
    return entry;
  }

  /** Lets the next thing happen. False: nothing is left to happen. */
  step(): boolean {
    let entry = this.#heap.pop();
    while (entry !== undefined && entry.run === undefined) entry = this.#heap.pop();
    if (entry === undefined) return false;
    this.#now = entry.at;
    this.#readings = 0;
    this.events += 1;
    this.trace = Math.imul(this.trace ^ entry.order, 0x01000193) ^ (entry.at % 0x7fffffff);
    const { run } = entry;
    entry.run = undefined;
    run!();
    return true;
  }

  /** Told of everything that goes wrong; what went wrong before is told at once. */
  onTrouble(listener: (trouble: RatchetError) => void): void {
    this.#listeners.push(listener);
    if (this.trouble !== undefined) listener(this.trouble);
  }

  report(code: string, what: string, origin: unknown, hint?: string): RatchetError {
    return this.raise(this.describe(code, what, origin, hint));
  }

  /** @param what the end of a sentence that begins with the file that `origin`'s stack names */
  describe(code: string, what: string, origin: unknown, hint?: string): EnvironmentError {
    const stack = applicationStack(origin);
    const who = stack.file ?? 'the subject';
    return new EnvironmentError(
      code,
      `${who} ${what}, at ${formatTime(this.#now)} of virtual time${stack.text}`,
      hint,
      origin,
    );
  }

  raise(trouble: RatchetError): RatchetError {
    this.trouble ??= trouble;
    for (const listener of this.#listeners) listener(trouble);
    return trouble;
  }

  clock(): Clock {
    const origin = this.#now;
    return {
      now: () => this.#now - origin,
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const sleepers = signal && this.#sleepersOf(signal);
          const entry = this.schedule(milliseconds * 1e6, () => {
            sleepers?.delete(wake);
            resolve();
          });
          const wake = (): void => {
            entry.run = undefined;
            resolve();
          };
          sleepers?.add(wake);
        }),
    };
  }

  /** Who is woken when the signal aborts: one listener for all, since to add and remove one costs more than to sleep. */
  #sleepersOf(signal: AbortSignal): Set<() => void> {
    let sleepers = this.#sleepers.get(signal);
    if (sleepers === undefined) {
      const all = new Set<() => void>();
      signal.addEventListener('abort', () => all.forEach((wake) => wake()), { once: true });
      this.#sleepers.set(signal, (sleepers = all));
    }
    return sleepers;
  }
}

export function formatTime(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}

/** The world that the virtual globals belong to; `undefined` outside of a simulation. */
let inhabited: World | undefined;

export function currentWorld(): World | undefined {
  return inhabited;
}

export function inhabit(world: World | undefined): void {
  inhabited = world;
}
