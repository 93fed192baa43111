/**
 * Runs a task in virtual time, as one synchronous function: nothing else of this process can run meanwhile, so that
 * the globals, which are virtual only for so long, are nobody else's.
 */
import { Script } from 'node:vm';
import { EnvironmentError } from '../errors.ts';
import { installGlobals } from './globals.ts';
import { currentWorld, formatTime, inhabit, World, type WorldOptions } from './world.ts';

export interface SimulationOptions extends WorldOptions {
  /** More virtual time than this is not simulated. */
  virtualMsMax: number;
  eventsMax?: number;
  /** How long a simulation may keep this process busy, in real time; to watch it costs some tenth of a millisecond. */
  blockedMsMax?: number;
}

const EVENTS_MAX = 20_000_000;
const BLOCKED_MS_MAX = 20_000;
/** How many events the task may still use to end in order, once it was told that its budget is spent. */
const GRACE_EVENTS = 10_000;

/**
 * What `task` resolves to. Call it from a macrotask of its own (`inMacrotask`): within a promise's continuation
 * Node does not run others.
 * @throws what `task` rejects with; EnvironmentError when it can never end
 */
export function simulate<T>(task: (world: World) => Promise<T>, options: SimulationOptions): T {
  if (currentWorld() !== undefined) throw new Error('a simulation runs already');
  requireTick();
  const world = new World(options);
  const { blockedMsMax = isWatched ? Number.POSITIVE_INFINITY : BLOCKED_MS_MAX } = options;
  return watched(() => amongGlobals(() => live(world, task, options)), blockedMsMax);
}

/**
 * `work`, whose simulations are watched together and keep the virtual globals from one to the next: to do either for each
 * costs more than a part of them does. If they take too long, one of them may be blocked, and all is done again with each
 * watched by itself.
 */
export function simulatedTogether<T>(work: () => T, blockedMsMax: number = BLOCKED_MS_MAX): T {
  isWatched = true;
  try {
    return watched(() => amongGlobals(work), blockedMsMax);
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== BLOCKED) throw error;
  } finally {
    isWatched = false;
  }
  return work();
}

/** `work` with the virtual globals, which may be there already. */
function amongGlobals<T>(work: () => T): T {
  if (uninstall !== undefined) return work();
  uninstall = installGlobals();
  try {
    return work();
  } finally {
    leave();
  }
}

/** Back to the real globals, if the virtual ones are there. */
function leave(): void {
  inhabit(undefined);
  uninstall?.();
  uninstall = undefined;
}

let uninstall: (() => void) | undefined;
let isWatched = false;

/** Runs `work` where `simulate` may be called. */
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

function live<T>(world: World, task: (world: World) => Promise<T>, options: SimulationOptions): T {
  inhabit(world);
  try {
    return outcomeOf(world, task, options);
  } finally {
    inhabit(undefined);
  }
}

function outcomeOf<T>(world: World, task: (world: World) => Promise<T>, options: SimulationOptions): T {
  const end: { outcome?: { value: T } | { error: unknown } } = {};
  task(world).then(
    (value) => (end.outcome = { value }),
    (error: unknown) => (end.outcome = { error }),
  );
  const budget = budgetOf(world, options);
  drain(world);
  let isStuck = false;
  while (end.outcome === undefined) {
    budget();
    if (!step(world)) {
      if (isStuck) throw world.trouble;
      isStuck = true;
      world.raise(stuck(world));
    }
    drain(world);
  }
  if ('error' in end.outcome) throw world.trouble ?? end.outcome.error;
  return end.outcome.value;
}

/** Lets everything run that waits for nothing but its turn: promises and `process.nextTick`. */
let drainTurn: () => void = () => undefined;

/** Node has no public way to run what is queued without giving the turn away; this one it keeps for old modules. */
function requireTick(): void {
  const { _tickCallback } = process as unknown as { _tickCallback?: () => void };
  let isDrained = false;
  void Promise.resolve().then(() => (isDrained = true));
  if (typeof _tickCallback !== 'function') {
    throw new EnvironmentError(
      'simulation-unsupported',
      `Node.js ${process.versions.node} cannot run a simulation: it has no process._tickCallback any more`,
      'use Node.js 22 or 24, or another backend',
    );
  }
  drainTurn = _tickCallback.bind(process);
  drainTurn();
  if (isDrained) return;
  throw new Error('a simulation must be started from a macrotask of its own: see inMacrotask');
}

function drain(world: World): void {
  try {
    drainTurn();
  } catch (error) {
    attribute(world, error);
  }
}

function step(world: World): boolean {
  try {
    return world.step();
  } catch (error) {
    attribute(world, error);
    return true;
  }
}

/** What the application throws from a timer has nobody else to go to. */
function attribute(world: World, error: unknown): void {
  if (error !== world.trouble) world.report('subject-threw', `threw ${String(error)}`, error);
}

function stuck(world: World): EnvironmentError {
  return new EnvironmentError(
    'simulation-stuck',
    `nothing is left to happen at ${formatTime(world.now)} of virtual time, and the run is not over`,
    'the subject waits for something that is not virtual, or for nothing at all',
  );
}

/** Ends a simulation that would go on for ever: first by telling the task, then by force. */
function budgetOf(world: World, options: SimulationOptions): () => void {
  const { virtualMsMax, eventsMax = EVENTS_MAX } = options;
  let graceUntil: number | undefined;
  return () => {
    if (graceUntil === undefined) {
      if (world.events < eventsMax && world.now <= virtualMsMax * 1e6) return;
      graceUntil = world.events + GRACE_EVENTS;
      const limit = world.events < eventsMax ? `${virtualMsMax} ms of virtual time` : `${eventsMax} events`;
      const message = `the run was not over after ${limit} (${world.events} events, ${formatTime(world.now)})`;
      world.raise(new EnvironmentError('simulation-budget', message, 'does the subject poll for ever?'));
    } else if (world.events > graceUntil) throw world.trouble;
  };
}

const script = new Script('globalThis[Symbol.for("ratchet.simulation")]()');
const WATCHED = Symbol.for('ratchet.simulation');
const BLOCKED = 'simulation-blocked';

/** Code that never returns can only be stopped from another thread, which Node's scripts have for their time-out. */
function watched<T>(work: () => T, milliseconds: number): T {
  if (milliseconds === Number.POSITIVE_INFINITY) return work();
  const globals = globalThis as unknown as { [WATCHED]?: () => T };
  globals[WATCHED] = work;
  try {
    return script.runInThisContext({ timeout: milliseconds, displayErrors: false }) as T;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const world = currentWorld();
    // What was stopped by force has not come to any `finally`.
    leave();
    const when = world === undefined ? '' : `, at ${formatTime(world.now)}`;
    throw new EnvironmentError(
      BLOCKED,
      `the subject kept this process busy for ${milliseconds} ms without letting virtual time pass${when}`,
      'it loops without end; real time would stand still with it, too',
      world?.trouble ?? error,
    );
  } finally {
    delete globals[WATCHED];
  }
}
