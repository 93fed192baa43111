/** The machine under a replica: whether it answers, and whether anything reaches it from the primary. */
import type { Clock } from '../../clock.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Outage } from '../../port/backend.ts';
import type { MaybePromise } from '../../maybe-promise.ts';

/** How long a machine is down that restarts; a real one takes between a tenth of a second and a minute. */
const RESTART_MS = 500;

type End = () => Promise<void>;
type Lasting = Exclude<Outage, 'restart'>;

/** Of outages that overlap each counts until it ends. */
export class Machine {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #lasting: Record<Lasting, number> = { freeze: 0, kill: 0, partition: 0 };
  #thaw: PromiseWithResolvers<void> | undefined;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** Whether what the primary sends arrives. */
  get isFed(): boolean {
    return this.#lasting.freeze + this.#lasting.kill + this.#lasting.partition === 0;
  }

  get isAnswering(): boolean {
    return this.#lasting.freeze + this.#lasting.kill === 0;
  }

  /** Rejects when it is down, or goes down before it answers. */
  whenItAnswers<T>(answer: () => MaybePromise<T>): MaybePromise<T> {
    return this.isAnswering ? answer() : this.#untilItAnswers().then(answer);
  }

  async #untilItAnswers(): Promise<void> {
    while (!this.isAnswering) {
      if (this.#lasting.kill > 0) throw this.#unreachable();
      this.#thaw ??= Promise.withResolvers();
      await this.#thaw.promise;
    }
  }

  outage(how: Outage): End {
    if (how === 'restart') return this.#restart();
    this.#begin(how);
    return async () => this.#end(how);
  }

  #restart(): End {
    this.#begin('kill');
    const started = this.#clock.sleep(RESTART_MS).then(() => this.#end('kill'));
    return () => started;
  }

  #begin(how: Lasting): void {
    this.#lasting[how] += 1;
    if (how === 'kill') this.#wake();
  }

  #end(how: Lasting): void {
    this.#lasting[how] -= 1;
    this.#wake();
  }

  /** Whoever waits looks again. */
  #wake(): void {
    this.#thaw?.resolve();
    this.#thaw = undefined;
  }

  #unreachable(): EnvironmentError {
    return new EnvironmentError('database-unreachable', `the connection to ${this.#name} was refused`);
  }
}
