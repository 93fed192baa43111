/**
 * The globals that a simulation replaces and restores. Each replacement looks up the current world and behaves like the
 * original outside of a simulation, so that a module may keep a reference to it.
 */
import { createRequire } from 'node:module';
import { escape, escapePatches, type Patch } from './escapes.ts';
import { KeptRequest, keptClone } from './kept-requests.ts';
import { lightPlatform } from './platform.ts';
import { virtualBytes, virtualUuid } from './randomness.ts';
import { virtualTimers } from './timers.ts';
import { virtualWebSocket } from './virtual-socket.ts';
import { currentWorld } from './world.ts';

const require = createRequire(import.meta.url);

/** @returns a function that restores the real globals */
export function installGlobals(): () => void {
  patches ??= [...globalPatches(), ...modulePatches(), ...escapePatches()];
  const undo = patches.map(({ object, key, value }) => replace(object, key, value));
  return () => undo.forEach((restore) => restore());
}

let patches: readonly Patch[] | undefined;

function globalPatches(): Patch[] {
  const patched: Record<string, unknown> = {
    ...virtualTimers,
    ...lightPlatform,
    Date: virtualDate(),
    Request: KeptRequest,
    fetch: virtualFetch,
    WebSocket: virtualWebSocket(),
  };
  return [
    ...Object.entries(patched).map(([key, value]) => ({ object: globalThis, key, value })),
    { object: Math, key: 'random', value: random },
    { object: performance, key: 'now', value: () => currentWorld()?.nowMs() ?? realPerformanceNow() },
    { object: crypto, key: 'randomUUID', value: randomUuid },
    { object: crypto, key: 'getRandomValues', value: randomValues },
    { object: crypto, key: 'subtle', value: forbiddenSubtle() },
    { object: AbortSignal, key: 'timeout', value: timeoutSignal },
    { object: Request.prototype, key: 'clone', value: keptClone },
    { object: process, key: 'emit', value: rejectionReporter() },
    { object: process, key: 'hrtime', value: virtualHrtime() },
    { object: process, key: 'uptime', value: () => (currentWorld()?.nowMs() ?? realUptime() * 1e3) / 1e3 },
  ];
}

function modulePatches(): Patch[] {
  const timers = require('node:timers') as object;
  const promises = require('node:timers/promises') as object;
  const nodeCrypto = require('node:crypto') as object;
  return [
    ...Object.entries(virtualTimers).map(([key, value]) => ({ object: timers, key, value })),
    { object: promises, key: 'setTimeout', value: sleep },
    { object: promises, key: 'setImmediate', value: (value: unknown) => sleep(0, value) },
    { object: promises, key: 'setInterval', value: ticks },
    { object: nodeCrypto, key: 'randomUUID', value: randomUuid },
    { object: nodeCrypto, key: 'randomBytes', value: randomBytes },
    { object: nodeCrypto, key: 'randomInt', value: randomInt },
  ];
}

/** The returned function restores an own property as it was, and removes one that was inherited. */
function replace(object: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  if (before?.writable) {
    const target = object as Record<string, unknown>;
    const old = target[key];
    target[key] = value;
    return () => {
      target[key] = old;
    };
  }
  Object.defineProperty(object, key, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(object, key);
    else Object.defineProperty(object, key, before);
  };
}

const RealDate = Date;
const realRandom = Math.random;
const realPerformanceNow = performance.now.bind(performance);
const realUptime = process.uptime.bind(process);
const realFetch = globalThis.fetch;
const realTimeout = AbortSignal.timeout.bind(AbortSignal);
const realUuid = crypto.randomUUID.bind(crypto);
const realValues = crypto.getRandomValues.bind(crypto);
const real = { crypto: { ...(require('node:crypto') as typeof import('node:crypto')) } };

function random(): number {
  return currentWorld()?.random() ?? realRandom();
}

function randomUuid(): string {
  const world = currentWorld();
  return world === undefined ? realUuid() : virtualUuid(world);
}

function randomValues<T extends NodeJS.TypedArray>(array: T): T {
  const world = currentWorld();
  return world === undefined ? (realValues(array as never) as T) : virtualBytes(world, array);
}

function randomBytes(size: number, callback?: (error: Error | null, bytes: Buffer) => void): Buffer | void {
  const world = currentWorld();
  if (world === undefined)
    return callback === undefined ? real.crypto.randomBytes(size) : real.crypto.randomBytes(size, callback);
  const bytes = virtualBytes(world, Buffer.alloc(size));
  if (callback === undefined) return bytes;
  process.nextTick(callback, null, bytes);
}

function randomInt(
  min: number,
  max?: number | (() => void),
  callback?: (error: undefined, value: number) => void,
): number | void {
  const world = currentWorld();
  if (world === undefined) return (real.crypto.randomInt as (...args: unknown[]) => number | void)(min, max, callback);
  const [from, to] = typeof max === 'number' ? [min, max] : [0, min];
  const then = typeof max === 'function' ? max : callback;
  const value = from + Math.floor(world.random() * (to - from));
  if (then === undefined) return value;
  process.nextTick(then, undefined, value);
}

function virtualFetch(...args: Parameters<typeof fetch>): ReturnType<typeof fetch> {
  const world = currentWorld();
  if (world === undefined) return realFetch(...args);
  if (world.fetch === undefined) return Promise.reject(escape('fetch before the gateway was started'));
  try {
    return world.fetch(...args);
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

function timeoutSignal(milliseconds: number): AbortSignal {
  const world = currentWorld();
  if (world === undefined) return realTimeout(milliseconds);
  const controller = new AbortController();
  world.onTimer?.(milliseconds * 1e6);
  world.schedule(milliseconds * 1e6, () =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  );
  return controller.signal;
}

/** The `Date` of the world. It shares the prototype of the real one, so that `instanceof` works for dates of either. */
function virtualDate(): DateConstructor {
  function VirtualDate(...args: unknown[]): unknown {
    const world = currentWorld();
    if (!new.target) return world === undefined ? RealDate() : new RealDate(world.dateMs()).toString();
    const given = args.length === 0 && world !== undefined ? [world.dateMs()] : args;
    return Reflect.construct(RealDate, given, new.target);
  }
  Object.setPrototypeOf(VirtualDate, RealDate);
  VirtualDate.prototype = RealDate.prototype;
  return Object.assign(VirtualDate, {
    now: () => currentWorld()?.dateMs() ?? RealDate.now(),
  }) as unknown as DateConstructor;
}

function virtualHrtime(): typeof process.hrtime {
  const realHrtime = process.hrtime;
  const hrtime = (since?: [number, number]): [number, number] => {
    const world = currentWorld();
    if (world === undefined) return realHrtime(since);
    const now = Math.round(world.nowMs() * 1e6) - (since === undefined ? 0 : since[0] * 1e9 + since[1]);
    return [Math.floor(now / 1e9), now % 1e9];
  };
  const bigint = (): bigint => {
    const world = currentWorld();
    return world === undefined ? realHrtime.bigint() : BigInt(Math.round(world.nowMs() * 1e6));
  };
  return Object.assign(hrtime, { bigint });
}

function forbiddenSubtle(): typeof crypto.subtle {
  const { subtle } = crypto;
  return new Proxy(subtle, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (currentWorld() !== undefined) throw escape(`crypto.subtle.${String(key)}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** `setTimeout` of `timers/promises`. */
function sleep<T>(milliseconds?: number, value?: T, options?: { signal?: AbortSignal }): Promise<T> {
  return new Promise((resolve, reject) => {
    const signal = options?.signal;
    const abort = (): void => {
      virtualTimers.clearTimeout(timer);
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    if (signal?.aborted) return reject(new DOMException('The operation was aborted', 'AbortError'));
    const timer = virtualTimers.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value as T);
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** `setInterval` of `timers/promises`. */
async function* ticks<T>(milliseconds?: number, value?: T, options?: { signal?: AbortSignal }): AsyncGenerator<T> {
  for (;;) yield await sleep(milliseconds, value, options);
}

/** Reports unhandled rejections to the world: Node emits them on the process. */
function rejectionReporter(): typeof process.emit {
  const { emit } = process;
  return function (this: unknown, event: string, ...args: unknown[]): boolean {
    const world = currentWorld();
    if (world === undefined) return Reflect.apply(emit, process, [event, ...args]);
    if (event === 'unhandledRejection') {
      world.report('subject-threw', `left a rejection unhandled: ${String(args[0])}`, args[0]);
      return true;
    }
    if (event === 'rejectionHandled') return true;
    return Reflect.apply(emit, process, [event, ...args]);
  } as typeof process.emit;
}
