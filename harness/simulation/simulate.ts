/**
 * Runs a task in virtual time, as one synchronous function: no other code of this process can run meanwhile, so that
 * the virtual globals affect only the task.
 */
import { Script } from 'node:vm';
import { EnvironmentError } from '../errors.ts';
import { installGlobals } from './globals.ts';
import { currentWorld, formatTime, setCurrentWorld, World, type WorldOptions } from './world.ts';

export interface SimulationOptions extends WorldOptions {
  /** Limit of virtual time. */
  virtualMsMax: number;
  eventsMax?: number;
  /**
   * How long `eventsAtOnce` events may block this process, in real time: a long simulation may take longer in all, if it
   * proceeds. Enforcing it costs about a tenth of a millisecond.
   */
  blockedMsMax?: number;
  eventsAtOnce?: number;
}

const EVENTS_MAX = 20_000_000;
const EVENTS_AT_ONCE = 2_000;
const BLOCKED_MS_MAX = 20_000;
/** How many events the task may still use for an orderly end, after it has been told that its budget is exhausted. */
const GRACE_EVENTS = 10_000;

/**
 * Returns what `task` resolves to. Must be called from its own macrotask (`inMacrotask`): within a promise
 * continuation, Node does not run other continuations.
 * @throws what `task` rejects with; EnvironmentError if it can never end
 */
export function simulate<T>(task: (world: World) => Promise<T>, options: SimulationOptions): T {
  if (currentWorld() !== undefined) throw new Error('a simulation is already running');
  requireTick();
  const world = new World(options);
  const { blockedMsMax = isBatch ? Number.POSITIVE_INFINITY : BLOCKED_MS_MAX, eventsAtOnce = EVENTS_AT_ONCE } = options;
  let proceed: Proceed<T> | undefined;
  for (;;) {
    const end = withTimeout(
      () =>
        withVirtualGlobals(() =>
          inWorld(world, () => {
            proceed ??= begin(world, task, options);
            return proceed(blockedMsMax === Number.POSITIVE_INFINITY ? blockedMsMax : eventsAtOnce);
          }),
        ),
      blockedMsMax,
    );
    if (end !== undefined) return resultOf(world, end);
  }
}

/** Runs up to so many events; returns how the task ended, if it did. */
type Proceed<T> = (eventsMax: number) => TaskEnd<T> | undefined;
type TaskEnd<T> = { value: T } | { error: unknown };

/**
 * Runs `work`, whose simulations share one time-out and one installation of the virtual globals: doing both for each
 * simulation costs more than a short simulation itself. If the time-out expires, one of the simulations may be blocked;
 * `work` is then run again with a time-out for each simulation.
 */
export function simulateBatch<T>(work: () => T, blockedMsMax: number = BLOCKED_MS_MAX): T {
  isBatch = true;
  try {
    return withTimeout(() => withVirtualGlobals(work), blockedMsMax);
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== BLOCKED) throw error;
  } finally {
    isBatch = false;
  }
  return work();
}

/** Runs `work` with the virtual globals, which may be installed already. */
function withVirtualGlobals<T>(work: () => T): T {
  if (uninstall !== undefined) return work();
  uninstall = installGlobals();
  try {
    return work();
  } finally {
    restoreGlobals();
  }
}

/** Restores the real globals if the virtual ones are installed. */
function restoreGlobals(): void {
  setCurrentWorld(undefined);
  uninstall?.();
  uninstall = undefined;
}

let uninstall: (() => void) | undefined;
let isBatch = false;

/** Runs `work` in its own macrotask, in which `simulate` may be called. */
export function inMacrotask<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}

function inWorld<T>(world: World, work: () => T): T {
  setCurrentWorld(world);
  try {
    return work();
  } finally {
    setCurrentWorld(undefined);
  }
}

function begin<T>(world: World, task: (world: World) => Promise<T>, options: SimulationOptions): Proceed<T> {
  const end: { outcome?: TaskEnd<T> } = {};
  task(world).then(
    (value) => (end.outcome = { value }),
    (error: unknown) => (end.outcome = { error }),
  );
  const budget = budgetOf(world, options);
  drain(world);
  let isStuck = false;
  return (eventsMax) => {
    for (let events = 0; end.outcome === undefined && events < eventsMax; events += 1) {
      budget();
      if (!step(world)) {
        if (isStuck) throw world.failure;
        isStuck = true;
        world.raise(stuck(world));
      }
      drain(world);
    }
    return end.outcome;
  };
}

function resultOf<T>(world: World, end: TaskEnd<T>): T {
  if ('error' in end) throw world.failure ?? end.error;
  return end.value;
}

/** Runs everything that is queued in the microtask and `process.nextTick` queues. */
let drainQueues: () => void = () => undefined;

/** Node has no public function that runs these queues synchronously; `_tickCallback` is kept for old modules. */
function requireTick(): void {
  const { _tickCallback } = process as unknown as { _tickCallback?: () => void };
  let isDrained = false;
  void Promise.resolve().then(() => (isDrained = true));
  if (typeof _tickCallback !== 'function') {
    throw new EnvironmentError(
      'simulation-unsupported',
      `Node.js ${process.versions.node} cannot run a simulation: it no longer has process._tickCallback`,
      'use Node.js 22 or 24, or another backend',
    );
  }
  drainQueues = _tickCallback.bind(process);
  drainQueues();
  if (isDrained) return;
  throw new Error('a simulation must be started from its own macrotask: see inMacrotask');
}

function drain(world: World): void {
  try {
    drainQueues();
  } catch (error) {
    reportThrown(world, error);
  }
}

function step(world: World): boolean {
  try {
    return world.step();
  } catch (error) {
    reportThrown(world, error);
    return true;
  }
}

/** Reports what the application throws from a timer: no caller could catch it. */
function reportThrown(world: World, error: unknown): void {
  if (error !== world.failure) world.report('subject-threw', `threw ${String(error)}`, error);
}

function stuck(world: World): EnvironmentError {
  return new EnvironmentError(
    'simulation-stuck',
    `no event is left at ${formatTime(world.now)} of virtual time, and the run is not over`,
    'the subject waits for something that never happens, or that does not work in virtual time',
  );
}

/** Ends a simulation that would never end: first by reporting a failure to the task, then by throwing. */
function budgetOf(world: World, options: SimulationOptions): () => void {
  const { virtualMsMax, eventsMax = EVENTS_MAX } = options;
  let graceUntil: number | undefined;
  return () => {
    if (graceUntil === undefined) {
      if (world.events < eventsMax && world.now <= virtualMsMax * 1e6) return;
      graceUntil = world.events + GRACE_EVENTS;
      const limit = world.events < eventsMax ? `${virtualMsMax} ms of virtual time` : `${eventsMax} events`;
      const message = `the run was not over after ${limit} (${world.events} events, ${formatTime(world.now)})`;
      world.raise(new EnvironmentError('simulation-budget', message, 'check whether the subject polls without end'));
    } else if (world.events > graceUntil) throw world.failure;
  };
}

const script = new Script('globalThis[Symbol.for("ratchet.simulation")]()');
const WATCHED = Symbol.for('ratchet.simulation');
/** The code of the error for an application that blocks the process. */
export const BLOCKED = 'simulation-blocked';

/** Code that never returns can be stopped only from another thread; Node's scripts have one for their time-out. */
function withTimeout<T>(work: () => T, milliseconds: number): T {
  if (milliseconds === Number.POSITIVE_INFINITY) return work();
  const globals = globalThis as unknown as { [WATCHED]?: () => T };
  globals[WATCHED] = work;
  try {
    return script.runInThisContext({ timeout: milliseconds, displayErrors: false }) as T;
  } catch (error) {
    if ((error as { code?: string } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const world = currentWorld();
    // A script stopped by its time-out does not run its `finally` blocks.
    restoreGlobals();
    const when = world === undefined ? '' : `, at ${formatTime(world.now)}`;
    throw new EnvironmentError(
      BLOCKED,
      `the subject blocked this process for ${milliseconds} ms without letting virtual time pass${when}`,
      'it probably contains an endless loop, which would also block a real process',
      world?.failure ?? error,
    );
  } finally {
    delete globals[WATCHED];
  }
}
