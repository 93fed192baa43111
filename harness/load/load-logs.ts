/** What a run writes down beside its history while a load runs: who served the tabs, and when commits were recorded. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';
import { describeExchange, type Exchange } from '../gateway/gateway.ts';
import type { Percentiles } from '../port/load.ts';
import type { RunningParts } from '../runner/run-plan.ts';
import type { Barrier } from './known-times.ts';
import { serviceLine } from './service-lines.ts';

/** The actors of tabs in other programs, see `tab-script.ts`. */
const TAB_ACTOR = 'load-';
const BARRIER_MS = 250;
/** Each write to a file is a task of its own for Node. */
const BLOCK_LENGTH = 64 * 1024;

export class LoadLogs {
  readonly barriers: Barrier[] = [];
  readonly #services: WriteStream;
  readonly #begun = new Map<Exchange, number>();
  readonly #delay: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({ resolution: 10 });
  #run: RunningParts | undefined;
  /** Those that are not written yet. */
  #lines = '';

  constructor(servicesFile: string) {
    this.#services = createWriteStream(servicesFile);
  }

  /** @param time of the run, in nanoseconds */
  requested(exchange: Exchange, time: number): void {
    if (exchange.actor?.startsWith(TAB_ACTOR) === true) this.#begun.set(exchange, time);
  }

  ended(exchange: Exchange): void {
    const begun = this.#begun.get(exchange);
    if (begun === undefined || this.#run === undefined || exchange.operation === undefined) return;
    this.#begun.delete(exchange);
    const { operation } = exchange;
    const now = this.#run.clock.now();
    const { served_by, lsn } = this.#run.takeService(operation);
    const exchanges = [describeExchange(exchange)];
    const served = { ...(served_by === undefined ? {} : { served_by }), ...(lsn === undefined ? {} : { lsn }) };
    const supabaseMs = (now - begun) / 1e6;
    this.#lines += `${serviceLine({ operation, ...served, attempts: 1, exchanges, supabaseMs, endMs: now / 1e6 })}\n`;
    if (this.#lines.length >= BLOCK_LENGTH) this.#writeLines();
  }

  /** Until `signal` aborts, notes again and again when all commits had been recorded. */
  async follow(run: RunningParts, signal: AbortSignal): Promise<void> {
    this.#run = run;
    this.#delay.enable();
    while (!signal.aborted) {
      await this.#barrier(run);
      await run.clock.sleep(BARRIER_MS, signal);
    }
    await this.#barrier(run);
    this.#delay.disable();
  }

  /** How late this process ran its tasks, in milliseconds. */
  eventLoopMs(): Percentiles {
    const [p50 = 0, p95 = 0, p99 = 0] = [50, 95, 99].map((each) =>
      Math.max(0, this.#delay.percentile(each) / 1e6 - 10),
    );
    return { p50, p95, p99 };
  }

  async close(): Promise<void> {
    this.#writeLines();
    this.#services.end();
    if (!this.#services.closed) await once(this.#services, 'close');
  }

  #writeLines(): void {
    if (this.#lines !== '') this.#services.write(this.#lines);
    this.#lines = '';
  }

  async #barrier({ clock, commitsDelivered }: { clock: Clock; commitsDelivered(): Promise<void> }): Promise<void> {
    const asked = clock.now();
    // A feed of commits that breaks ends the run by itself.
    const isDelivered = await commitsDelivered().then(
      () => true,
      () => false,
    );
    if (isDelivered) this.barriers.push({ asked, recorded: clock.now() });
  }
}
