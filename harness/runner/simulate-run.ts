/** Runs a plan in virtual time, as one synchronous call; `explore` calls it thousands of times. */
import { createHash } from 'node:crypto';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { libraryNamed } from '../channels/libraries/library-registry.ts';
import type { PreparedDatabase } from '../port/backend.ts';
import { formatEvent } from '../history/codec.ts';
import type { History } from '../history/event.ts';
import { drawFrom } from '../plan/random.ts';
import { simulate } from '../simulation/simulate.ts';
import type { World } from '../simulation/world.ts';
import type { Host } from './host.ts';
import { runPlan, type RunOptions, type RunOutcome } from './run-plan.ts';
import { virtualHost } from './virtual-host.ts';

export interface SimulatedRunOptions extends Omit<RunOptions, 'host' | 'backend'> {
  /** How long a run may block this process, in real time; `Infinity` if the caller enforces a limit of its own. */
  blockedMsMax?: number;
  /** What `prepareSimulation` returned for the subject. */
  database?: PreparedDatabase | undefined;
  /** Called before the run starts. */
  onWorld?(world: World): void;
}

export interface SimulatedOutcome extends RunOutcome {
  /** Number of simulated events: timers, messages, sleeps. */
  steps: number;
  /** Always the same for the same plan and subject. Computed on demand. */
  traceHash(): string;
}

/** The date at which every simulation starts. */
const EPOCH_MS = Date.UTC(2026, 0, 1);
/** Time beyond the plan's own limit, for healing faults and ending the run. */
const GRACE_MS = 60_000;
const RANDOM_RANGE = 2 ** 32;

/**
 * Must be called from its own macrotask: see `inMacrotask`.
 * @throws the errors of `runPlan`, and EnvironmentError if the application keeps the run from ending
 */
export function simulateRun(options: SimulatedRunOptions): SimulatedOutcome {
  for (const { library } of options.plan.observers) if (library !== undefined) libraryNamed(library.name);
  let steps = 0;
  let trace = 0;
  const outcome = inVirtualTime(options, async (host, world) => {
    options.onWorld?.(world);
    const result = await runPlan({ ...options, backend: simulatedBackend, host });
    steps = world.events;
    trace = world.trace;
    return result;
  });
  return { ...outcome, steps, traceHash: () => hashOf(outcome.history, trace) };
}

/**
 * Runs a task in virtual time, with the random numbers of the plan's seed. Must be called from its own macrotask.
 * @throws what the task throws, and EnvironmentError if the application keeps it from ending
 */
export function inVirtualTime<T>(
  { plan, blockedMsMax, database }: Pick<SimulatedRunOptions, 'plan' | 'blockedMsMax' | 'database'>,
  task: (host: Host, world: World) => Promise<T>,
): T {
  const draw = drawFrom(plan.seed);
  const random = (): number => draw('application', 0, RANDOM_RANGE - 1) / RANDOM_RANGE;
  return simulate((world) => task(virtualHost(world, draw, EPOCH_MS, database), world), {
    random,
    epochMs: EPOCH_MS,
    virtualMsMax: plan.run_ms_max + GRACE_MS,
    ...(blockedMsMax === undefined ? {} : { blockedMsMax }),
  });
}

function hashOf(history: History, trace: number): string {
  const hash = createHash('sha256').update(String(trace));
  for (const event of history.events) hash.update(formatEvent(event));
  return hash.digest('hex').slice(0, 16);
}
