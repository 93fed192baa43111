/** The machine of a simulated database: whether it answers, and whether it receives WAL from the primary. */
import type { Clock } from '../../clock.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Outage } from '../../port/backend.ts';
import type { MaybePromise } from '../../maybe-promise.ts';

/** Downtime of a restart; a real machine needs between a tenth of a second and a minute. */
const RESTART_MS = 500;

type End = () => Promise<void>;
type Lasting = Exclude<Outage, 'restart'>;

/** Outages may overlap; each is in effect until it ends. */
export class Machine {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #lasting: Record<Lasting, number> = { freeze: 0, kill: 0, partition: 0 };
  #thaw: PromiseWithResolvers<void> | undefined;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** Whether the machine receives what the primary sends. */
  get isReceiving(): boolean {
    return this.#lasting.freeze + this.#lasting.kill + this.#lasting.partition === 0;
  }

  get isAnswering(): boolean {
    return this.#lasting.freeze + this.#lasting.kill === 0;
  }

  /** Calls `answer` when the machine answers. Rejects if it is down, or goes down before it answers. */
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

  /** Makes waiting calls check the state again. */
  #wake(): void {
    this.#thaw?.resolve();
    this.#thaw = undefined;
  }

  #unreachable(): EnvironmentError {
    return new EnvironmentError('database-unreachable', `the connection to ${this.#name} was refused`);
  }
}
