/** One simulated world: its time, its event queue, and the state behind the virtual globals. */
import type { Clock } from '../clock.ts';
import { EnvironmentError, type RatchetError } from '../errors.ts';
import { EventHeap, type ScheduledEvent } from './event-heap.ts';
import type { VirtualConnect } from './virtual-connection.ts';
import { applicationStack } from '../stacks.ts';

export type VirtualFetch = typeof globalThis.fetch;

export interface WorldOptions {
  /** Numbers in [0, 1), for all random values of the application. */
  random(): number;
  /** The date at the start of the simulation. */
  epochMs: number;
}

/** A pending timer of the application. */
export interface AppTimer {
  readonly kind: 'setTimeout' | 'setInterval' | 'setImmediate';
  readonly madeAt: number;
  readonly origin: Error;
  isRef: boolean;
}

/** How often a clock may be read within one event; more means that the reader busy-waits for it to advance. */
const CLOCK_READINGS_MAX = 1_000_000;

export class World {
  readonly #heap = new EventHeap();
  readonly #random: () => number;
  readonly #epochMs: number;
  readonly #listeners: ((failure: RatchetError) => void)[] = [];
  readonly #sleepers = new WeakMap<AbortSignal, Set<() => void>>();
  readonly timers = new Set<AppTimer>();
  /** What must not be garbage before the world ends. */
  readonly kept: object[] = [];
  /** Called for every timer that the application starts, with its delay in nanoseconds. */
  onTimer: ((delayNs: number) => void) | undefined;
  /** Requests of the application that have not been answered. */
  requestsInFlight = 0;
  /** Handles requests; without it, every `fetch` is an escape. */
  fetch: VirtualFetch | undefined;
  /** Connects sockets; without it, every `new WebSocket` is an escape. */
  connect: VirtualConnect | undefined;
  /** The first failure that no caller could catch. */
  failure: RatchetError | undefined;
  /** Hash over the times of all events: two runs that differ anywhere differ here. */
  trace = 0x811c9dc5;
  events = 0;
  #now = 0;
  #order = 0;
  #readings = 0;

  constructor(options: WorldOptions) {
    this.#random = options.random;
    this.#epochMs = options.epochMs;
  }

  /** Virtual nanoseconds since the start. */
  get now(): number {
    return this.#now;
  }

  /** The time as the application reads it. Throws if the application busy-waits, because time would never advance. */
  nowMs(): number {
    if (++this.#readings > CLOCK_READINGS_MAX) {
      throw this.report('simulation-spin', 'busy-waits for time to pass', new Error('spins'));
    }
    return this.#now / 1e6;
  }

  dateMs(): number {
    return Math.floor(this.#epochMs + this.nowMs());
  }

  random(): number {
    return this.#random();
  }

  /** Schedules `run` in `nanoseconds` from now. Events at the same time keep the order of scheduling. */
  schedule(nanoseconds: number, run: () => void): ScheduledEvent {
    const entry: ScheduledEvent = { at: this.#now + Math.max(0, Math.round(nanoseconds)), order: this.#order++, run };
    this.#heap.push(entry);
    return entry;
  }

  /** Runs the next event. False if no event is left. */
  step(): boolean {
    let entry = this.#heap.pop();
    while (entry !== undefined && entry.run === undefined) entry = this.#heap.pop();
    const run = entry?.run;
    if (entry === undefined || run === undefined) return false;
    this.#now = entry.at;
    this.#readings = 0;
    this.events += 1;
    this.trace = Math.imul(this.trace ^ entry.order, 0x01000193) ^ (entry.at % 0x7fffffff);
    entry.run = undefined;
    run();
    return true;
  }

  /** The listener is called for every failure; for one that has already occurred, it is called at once. */
  onFailure(listener: (failure: RatchetError) => void): void {
    this.#listeners.push(listener);
    if (this.failure !== undefined) listener(this.failure);
  }

  report(code: string, what: string, origin: unknown, hint?: string): RatchetError {
    return this.raise(this.describe(code, what, origin, hint));
  }

  /** @param what the rest of a sentence whose subject is the file in `origin`'s stack */
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

  raise(failure: RatchetError): RatchetError {
    this.failure ??= failure;
    for (const listener of this.#listeners) listener(failure);
    return failure;
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

  /** The sleepers that an abort wakes. They share a listener, because adding and removing one is slow. */
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
let current: World | undefined;

export function currentWorld(): World | undefined {
  return current;
}

export function setCurrentWorld(world: World | undefined): void {
  current = world;
}
