/** Holds a standby back, and lets it go: what the port's `pause`, `holdAt`, `delay` and `resume` do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn, compareLsn, lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError } from '../../errors.ts';
import type { WalProxy } from './wal-proxy.ts';

/** A flush can end inside a record, whose rest comes with the next one: then the primary is asked to flush. */
const NUDGE_AFTER_MS = 200;
const EAGER_POLL_MS = 20;
const SETTLE_MS = 20;

export interface LagOptions {
  name: string;
  proxy: WalProxy;
  /** One connection to the standby that nobody else uses. */
  control: Sql<{}>;
  primary: {
    flushedLsn(): Promise<Lsn>;
    /** Writes a record without effect, and flushes. */
    nudge(): Promise<void>;
    /** Whether a commit of the tracked table lies after `after` and at or before `upTo`. */
    hasCommitBetween(after: bigint, upTo: bigint): Promise<boolean>;
  };
}

/** Each call replaces the lag of the one before. */
export class ReplicaLag {
  readonly #options: LagOptions;

  constructor(options: LagOptions) {
    this.#options = options;
  }

  async replayedLsn(): Promise<Lsn> {
    const [row] = await this.#options.control<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`;
    return row!.lsn;
  }

  async pause(): Promise<void> {
    const { proxy, control } = this.#options;
    proxy.change((gate) => gate.close());
    await this.#settle(proxy.passed);
    await control`select pg_wal_replay_pause()`;
    const state = async (): Promise<string> =>
      (await control<{ state: string }[]>`select pg_get_wal_replay_pause_state() as state`)[0]!.state;
    while ((await state()) !== 'paused') await sleep(1);
  }

  async holdAt(lsn: Lsn): Promise<void> {
    const { proxy, primary } = this.#options;
    const target = lsnToBigInt(lsn);
    proxy.change((gate) => gate.holdAt(target));
    const passed = proxy.passed;
    if (passed > target && (await primary.hasCommitBetween(target, passed))) throw this.#tooLate(lsn, passed);
    await this.#unpause();
    await this.#replayed(lsn);
  }

  async delay(milliseconds: number): Promise<void> {
    this.#options.proxy.change((gate) => gate.delay(milliseconds));
    await this.#unpause();
  }

  async resume(): Promise<void> {
    this.#options.proxy.change((gate) => gate.open());
    await this.#unpause();
    await this.#replayed(await this.#options.primary.flushedLsn());
  }

  async #unpause(): Promise<void> {
    await this.#options.control`select pg_wal_replay_resume()`;
  }

  async #replayed(lsn: Lsn): Promise<void> {
    const started = performance.now();
    let nudged = false;
    while (compareLsn(await this.replayedLsn(), lsn) < 0) {
      const waited = performance.now() - started;
      if (waited > NUDGE_AFTER_MS && !nudged) {
        nudged = true;
        await this.#options.primary.nudge();
      }
      if (waited > EAGER_POLL_MS) await sleep(2);
    }
  }

  /** Until everything that passed the gate is replayed, or replay stands still, as in the midst of a record. */
  async #settle(passed: bigint): Promise<void> {
    let last = await this.replayedLsn();
    let movedAt = performance.now();
    while (lsnToBigInt(last) < passed && performance.now() - movedAt < SETTLE_MS) {
      const now = await this.replayedLsn();
      if (now !== last) movedAt = performance.now();
      last = now;
    }
  }

  #tooLate(lsn: Lsn, passed: bigint): EnvironmentError {
    return new EnvironmentError(
      'embedded-hold-too-late',
      `${this.#options.name} cannot be held at ${lsn}: it already has the commits up to ${bigIntToLsn(passed)}.`,
      'Pause or hold the replica before the commits that it must not show.',
    );
  }
}
