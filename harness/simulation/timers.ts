/** Timers in virtual time, with Node's semantics. Each runs in the async context that created it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ScheduledEvent } from './event-heap.ts';
import { currentWorld, type AppTimer, type World } from './world.ts';

type Callback = (...args: unknown[]) => void;

const DELAY_MAX = 2 ** 31 - 1;

/** What Node's `setTimeout` returns, as far as applications use it. */
class VirtualTimer implements AppTimer {
  readonly kind: AppTimer['kind'];
  readonly madeAt: number;
  readonly origin: Error;
  isRef = true;
  readonly #world: World;
  readonly #fire: () => void;
  readonly #delayNs: number;
  #entry: ScheduledEvent | undefined;

  constructor(world: World, kind: AppTimer['kind'], delayNs: number, callback: Callback, args: unknown[]) {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function');
    this.kind = kind;
    this.madeAt = world.now;
    this.origin = new Error(kind);
    this.#world = world;
    this.#delayNs = delayNs;
    const inContext = AsyncLocalStorage.snapshot();
    this.#fire = () => {
      if (kind === 'setInterval') this.#arm();
      else world.timers.delete(this);
      inContext(callback, ...args);
    };
    world.timers.add(this);
    world.onTimer?.(delayNs);
    this.#arm();
  }

  cancel(): void {
    if (this.#entry !== undefined) this.#entry.run = undefined;
    this.#world.timers.delete(this);
  }

  ref(): this {
    this.isRef = true;
    return this;
  }

  unref(): this {
    this.isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.isRef;
  }

  refresh(): this {
    this.cancel();
    this.#world.timers.add(this);
    this.#arm();
    return this;
  }

  close(): this {
    this.cancel();
    return this;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  #arm(): void {
    this.#entry = this.#world.schedule(this.#delayNs, this.#fire);
  }
}

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  clearImmediate: globalThis.clearImmediate,
};

export const virtualTimers = {
  setTimeout: making('setTimeout', delayOf, real.setTimeout),
  setInterval: making('setInterval', delayOf, real.setInterval),
  setImmediate(callback: Callback, ...args: unknown[]): unknown {
    const world = currentWorld();
    return world === undefined
      ? real.setImmediate(callback, ...args)
      : new VirtualTimer(world, 'setImmediate', 0, callback, args);
  },
  clearTimeout: clearing(real.clearTimeout),
  clearInterval: clearing(real.clearInterval),
  clearImmediate: clearing(real.clearImmediate),
};

function making(
  kind: 'setTimeout' | 'setInterval',
  delay: (delay: unknown) => number,
  make: (callback: Callback, milliseconds?: number, ...args: unknown[]) => unknown,
) {
  return (callback: Callback, milliseconds?: number, ...args: unknown[]): unknown => {
    const world = currentWorld();
    if (world === undefined) return make(callback, milliseconds, ...args);
    return new VirtualTimer(world, kind, delay(milliseconds) * 1e6, callback, args);
  };
}

/** Like Node, treats any delay outside of 1 to 2³¹−1 ms as 1 ms. */
function delayOf(milliseconds: unknown): number {
  const delay = Number(milliseconds);
  return delay >= 1 && delay <= DELAY_MAX ? Math.trunc(delay) : 1;
}

function clearing(clear: (timer: never) => void) {
  return (timer?: unknown): void => {
    if (timer instanceof VirtualTimer) timer.cancel();
    else clear(timer as never);
  };
}
