/** One worker: runs a generation of a story through the application, with the step durations of the plan. */
import { onBehalfOf } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import type { GenerationPlan } from '../plan/plan.ts';
import type { GenerationJob } from '../port/subject.ts';
import type { Moments } from '../recording/moments.ts';
import type { ProcessNames, Recorder } from '../recording/recorder.ts';
import { itemAt } from '../required.ts';

export interface WorkerSurroundings {
  clock: Clock;
  moments: Moments;
  recorder: Recorder;
  processes: ProcessNames;
  gatewayUrl: string;
  instances: {
    /** Runs a generation on an instance, counted from 1. */
    generate(instance: number, job: GenerationJob): Promise<void>;
  };
}

/**
 * Resolves when the generation is over or the run is stopped.
 * @returns the reason why the application gave up, if it did
 */
export async function runGeneration(
  plan: GenerationPlan,
  around: WorkerSurroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { clock, moments, recorder, processes } = around;
  await moments.until(plan.start, signal);
  if (signal.aborted) return undefined;

  const process = processes.take(plan.worker);
  const start = { process, session: plan.worker, f: 'start', key: plan.story } as const;
  recorder.record({ ...start, type: 'invoke' });
  let hasStarted = false;
  // Work of a killed instance may still call the job, which must have no effect then.
  let isOver = false;

  const job = {
    story: plan.story,
    steps: plan.steps.map((step) => step.progress),
    outcome: plan.outcome,
    started(generation: number): void {
      if (isOver) return;
      hasStarted = true;
      recorder.record({ ...start, type: 'ok', value: { generation, progress: 0 } });
      processes.release(plan.worker, process);
    },
    async work(index: number): Promise<void> {
      const step = itemAt(plan.steps, index);
      await clock.sleep(step.after_ms, signal);
      if (step.when !== undefined) await moments.until(step.when, signal);
      if (signal.aborted || isOver) throw new RunStopped();
    },
  };

  try {
    const operation = { actor: plan.worker, operation: plan.worker, gatewayUrl: around.gatewayUrl };
    await onBehalfOf(operation, () => around.instances.generate(plan.instance, job));
    return undefined;
  } catch (error) {
    isOver = true;
    if (!hasStarted) recorder.record({ ...start, type: 'info', error: (error as Error).message });
    return signal.aborted ? undefined : `${plan.worker} gave up: ${(error as Error).message}`;
  }
}

/** Thrown from the slow part of a step, to end a generation whose run is over. */
class RunStopped extends Error {
  override readonly name = 'RunStopped';
  constructor() {
    super('the run is over');
  }
}
