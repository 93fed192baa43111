/** One run in virtual time, as one synchronous call: what exploring calls thousands of times. */
import { createHash } from 'node:crypto';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { formatEvent } from '../history/codec.ts';
import type { History } from '../history/event.ts';
import { drawFrom } from '../plan/random.ts';
import { simulate } from '../simulation/simulate.ts';
import { runPlan, type RunOptions, type RunOutcome } from './run-plan.ts';
import { virtualHost } from './virtual-host.ts';

export interface SimulatedRunOptions extends Omit<RunOptions, 'host' | 'backend'> {
  /** How long a run may keep this process busy, in real time; `Infinity` where somebody else watches. */
  blockedMsMax?: number;
}

export interface SimulatedOutcome extends RunOutcome {
  /** Events of the agenda: timers, messages, pauses. */
  steps: number;
  /** The same for the same plan and subject, always; computed when asked for. */
  traceHash(): string;
}

/** The date at which every simulation begins. */
const EPOCH_MS = Date.UTC(2026, 0, 1);
/** Beyond the plan's own limit, for what heals and ends after it. */
const GRACE_MS = 60_000;
const RANDOM_RANGE = 2 ** 32;

/**
 * Must be called from a macrotask of its own: see `inMacrotask`.
 * @throws as `runPlan` rejects, and EnvironmentError when the application keeps the run from ending
 */
export function simulateRun(options: SimulatedRunOptions): SimulatedOutcome {
  const { plan } = options;
  const draw = drawFrom(plan.seed);
  const random = (): number => draw('application', 0, RANDOM_RANGE - 1) / RANDOM_RANGE;
  let steps = 0;
  let trace = 0;
  const outcome = simulate(
    async (world) => {
      const host = virtualHost(world, draw, EPOCH_MS);
      const result = await runPlan({ ...options, backend: simulatedBackend, host });
      steps = world.events;
      trace = world.trace;
      return result;
    },
    {
      random,
      epochMs: EPOCH_MS,
      virtualMsMax: plan.run_ms_max + GRACE_MS,
      ...(options.blockedMsMax === undefined ? {} : { blockedMsMax: options.blockedMsMax }),
    },
  );
  return { ...outcome, steps, traceHash: () => hashOf(outcome.history, trace) };
}

function hashOf(history: History, trace: number): string {
  const hash = createHash('sha256').update(String(trace));
  for (const event of history.events) hash.update(formatEvent(event));
  return hash.digest('hex').slice(0, 16);
}
