/** The instances of an application in a run, which faults may kill and start again. */
import { RatchetError, RequestLost, UsageError } from '../errors.ts';
import { userMistake } from '../loader/user-mistake.ts';
import type { AppInstance, GenerationJob, Subject, SubjectEnvironment } from '../port/subject.ts';
import { systemFailure } from '../system-failure.ts';
import { itemAt } from '../required.ts';
import type { RequestQueue, Waited } from './request-queue.ts';
import { requireInstance } from './require-instance.ts';

/** Why a generation ended: its process did. */
class InstanceKilledError extends Error {
  override readonly name = 'InstanceKilledError';
}

interface Slot {
  environment: SubjectEnvironment;
  /** `undefined` while it is down. */
  app: AppInstance | undefined;
  /** Rejects when the instance that is up now is killed. */
  killed: Promise<never>;
  kill(): void;
}

export interface InstancesOptions {
  /** Whether the plan may kill them. */
  mayBeKilled: boolean;
  /** One for each instance; without them, nothing waits. */
  queues?: readonly RequestQueue[] | undefined;
}

export class AppInstances {
  readonly #subject: Subject;
  readonly #slots: Slot[] = [];
  /** Whether a plan may kill instances: else calls go straight to them. */
  readonly #mayBeKilled: boolean;
  /** In real time: how many status requests an instance answers at the same time. */
  readonly #queues: readonly RequestQueue[] | undefined;
  #hasKilled = false;
  #isClosed = false;

  private constructor(subject: Subject, { mayBeKilled, queues }: InstancesOptions) {
    this.#subject = subject;
    this.#mayBeKilled = mayBeKilled;
    this.#queues = queues;
  }

  /** Starts one instance for each environment, in order. Those that are up are closed when a later one fails. */
  static async start(
    subject: Subject,
    environments: readonly SubjectEnvironment[],
    options: InstancesOptions,
  ): Promise<AppInstances> {
    const instances = new AppInstances(subject, options);
    try {
      for (const environment of environments) {
        const slot: Slot = { environment, app: undefined, killed: NEVER, kill: () => undefined };
        instances.#slots.push(slot);
        await instances.#startIn(slot);
      }
    } catch (error) {
      await instances.close();
      throw error;
    }
    return instances;
  }

  /** Whether the application decides on the steps of its generations, and not the plan. */
  get haveOwnSteps(): boolean {
    return this.#slots.some(({ app }) => app?.hasOwnSteps === true);
  }

  /** Where their servers answer; empty if they are modules of this process. */
  get urls(): string[] {
    return this.#slots.flatMap(({ app }) => (app?.url === undefined ? [] : [app.url]));
  }

  /** How long status requests waited until an instance took them: the delay of the harness, not of the application. */
  get waited(): Waited[] {
    return (this.#queues ?? []).map((queue) => queue.waited());
  }

  /** Whether one of them was killed: a process that is killed cannot clean up. */
  get hasKilled(): boolean {
    return this.#hasKilled;
  }

  /**
   * The status endpoint of an instance, counted from 1.
   * @throws RequestLost when it is down or is killed before it answers; else what the application throws
   */
  status(number: number, request: Request, story: string): Promise<Response> {
    const { app, killed } = itemAt(this.#slots, number - 1);
    if (app === undefined) return Promise.reject(new RequestLost('the connection was refused'));
    const queue = this.#queues?.[number - 1];
    const answered = queue === undefined ? app.status(request, story) : queue.run(() => app.status(request, story));
    if (!this.#mayBeKilled) return answered;
    return Promise.race([answered, killed]).catch((error: unknown) => {
      throw error instanceof InstanceKilledError ? new RequestLost('the connection broke') : error;
    });
  }

  /** @throws InstanceKilledError when the instance is down or is killed; else what the application throws */
  async generate(number: number, job: GenerationJob): Promise<void> {
    const { app, killed } = itemAt(this.#slots, number - 1);
    if (app === undefined) throw new InstanceKilledError(`instance ${number} is down`);
    await Promise.race([app.generate(job), killed]);
  }

  /** Kills an instance and starts it again `downMs` later. Resolves when it is up. */
  async restart(number: number, sleep: () => Promise<void>): Promise<void> {
    const slot = itemAt(this.#slots, number - 1);
    const { app } = slot;
    if (app === undefined) return;
    if (app.kill === undefined) throw new Error(`the subject ${this.#subject.name} cannot kill its instances`);
    this.#hasKilled = true;
    slot.app = undefined;
    slot.kill();
    await app.kill();
    await sleep();
    if (!this.#isClosed) await this.#startIn(slot);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#queues ?? []) queue.close();
    await Promise.allSettled(this.#slots.map(({ app }) => app?.close?.()));
  }

  async #startIn(slot: Slot): Promise<void> {
    const killed = Promise.withResolvers<never>();
    killed.promise.catch(() => undefined);
    slot.app = await createInstance(this.#subject, slot.environment);
    slot.killed = killed.promise;
    slot.kill = () => killed.reject(new InstanceKilledError('its instance was killed'));
  }
}

/** @throws RatchetError, also for what the subject throws */
async function createInstance(subject: Subject, environment: SubjectEnvironment): Promise<AppInstance> {
  const what = `createInstance of the subject ${subject.name}`;
  try {
    return requireInstance(await subject.createInstance(environment), what);
  } catch (error) {
    if (error instanceof RatchetError) throw error;
    const [reason] = String(error).split('\n');
    const threw = new UsageError('subject-threw', `${what} threw ${reason}`);
    throw systemFailure(error) ?? userMistake(error) ?? threw;
  }
}

const NEVER = new Promise<never>(() => undefined);
