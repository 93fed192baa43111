/** One worker: runs a generation of a story through the application, with the step durations of the plan. */
import { onBehalfOf } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import { gaveUpMark } from '../history/marks.ts';
import type { GenerationPlan } from '../plan/plan.ts';
import type { GenerationJob } from '../port/subject.ts';
import type { Moments } from '../recording/moments.ts';
import type { ProcessNames, Recorder } from '../recording/recorder.ts';
import { itemAt } from '../required.ts';
import { GenerationEnd, type EvidenceOfEnd } from './generation-end.ts';

export interface WorkerSurroundings {
  clock: Clock;
  moments: Moments;
  recorder: Recorder;
  processes: ProcessNames;
  gatewayUrl: string;
  /** What shows the end of a generation that the application runs on its own. */
  evidence: EvidenceOfEnd;
  /** Whether the tracked table has a column for the generation. */
  hasGenerations: boolean;
  /** Worker → the headers with which its requests show who is signed in. */
  credentials: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Called when the application asks for a step of the plan. */
  onStep?(): void;
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
  const { moments, recorder, processes } = around;
  await moments.until(plan.start, signal, plan);
  if (signal.aborted) return undefined;

  const process = processes.take(plan.worker);
  const start = { process, session: plan.worker, f: 'start', key: plan.story } as const;
  const { index: from } = recorder.record({ ...start, type: 'invoke' });
  let hasStarted = false;
  const begin = (generation: number): void => {
    hasStarted = true;
    recorder.record({ ...start, type: 'ok', value: { generation, progress: 0 } });
    processes.release(plan.worker, process);
  };
  const job = new PlannedJob(plan, from, around, begin, signal);
  try {
    const { gatewayUrl, credentials } = around;
    const { worker } = plan;
    const operation = { actor: worker, operation: worker, gatewayUrl, credentials: credentials.get(worker) };
    await onBehalfOf(operation, () => around.instances.generate(plan.instance, job.job));
    return undefined;
  } catch (error) {
    if (!hasStarted) recorder.record({ ...start, type: 'info', error: (error as Error).message });
    if (signal.aborted) return undefined;
    recorder.record(gaveUpMark(plan.worker, plan.story, error as Error));
    return `${plan.worker} gave up: ${(error as Error).message}`;
  } finally {
    job.close();
  }
}

/** A generation of the plan, as the subject receives it. */
class PlannedJob {
  readonly job: GenerationJob;
  readonly #plan: GenerationPlan;
  readonly #around: WorkerSurroundings;
  readonly #signal: AbortSignal;
  readonly #begin: (generation: number) => void;
  readonly #watch: () => GenerationEnd;
  #end: GenerationEnd | undefined;
  #generation: number | undefined;
  /** Set while the number of the generation is taken from its commits. */
  #numbering: Promise<void> | undefined;
  // Work of a killed instance may still call the job, which must have no effect then.
  #isOver = false;

  constructor(
    plan: GenerationPlan,
    from: number,
    around: WorkerSurroundings,
    begin: (generation: number) => void,
    signal: AbortSignal,
  ) {
    const { clock, recorder, evidence } = around;
    const { story, steps, outcome } = plan;
    this.#plan = plan;
    this.#around = around;
    this.#signal = signal;
    this.#begin = begin;
    // Only applications that work on their own need it, and it costs time.
    this.#watch = () =>
      (this.#end ??= new GenerationEnd({
        clock,
        recorder,
        evidence,
        generation: this.#generation,
        story,
        from,
        signal,
      }));
    this.job = {
      story,
      steps: steps.map(({ progress }) => progress),
      outcome,
      started: (generation) => this.#started(generation),
      work: (index) => this.#work(itemAt(steps, index)),
      ended: async () => {
        await this.#numbering;
        await this.#watch().ended();
      },
    };
  }

  close(): void {
    this.#isOver = true;
    this.#end?.close();
  }

  #started(told: number | undefined): void {
    if (this.#isOver) return;
    const generation = told ?? (this.#around.hasGenerations ? undefined : 1);
    if (generation !== undefined) {
      this.#generation = generation;
      this.#begin(generation);
      return;
    }
    const end = this.#watch();
    this.#numbering = end.number().then((number) => {
      if (!this.#isOver) this.#started(number);
    });
    // `ended` rejects with it.
    this.#numbering.catch(() => undefined);
  }

  async #work({ after_ms: afterMs, when, throws }: GenerationPlan['steps'][number]): Promise<void> {
    const { clock, moments, onStep } = this.#around;
    onStep?.();
    await clock.sleep(afterMs, this.#signal);
    if (when !== undefined) await moments.until(when, this.#signal, this.#plan);
    if (this.#signal.aborted || this.#isOver) throw new RunStopped();
    if (throws === true) throw new Error('the slow part failed, as the plan says');
  }
}

/** Thrown from the slow part of a step, to end a generation whose run is over. */
class RunStopped extends Error {
  override readonly name = 'RunStopped';
  constructor() {
    super('the run is over');
  }
}
