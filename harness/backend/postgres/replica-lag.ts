/** Holds a standby back, and lets it go: what the port's `pause`, `holdAt`, `delay` and `resume` do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn, compareLsn, lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError } from '../../errors.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { WalGate } from './wal-gate.ts';
import type { WalProxy } from './wal-proxy.ts';

/** A flush can end inside a record, whose rest comes with the next one: then the primary is asked to flush. */
const NUDGE_AFTER_MS = 200;
const EAGER_POLL_MS = 20;
const SETTLE_MS = 20;
/** Nobody can ask a second time. */
const SETTLE_FOR_GOOD_MS = 200;
const ARRIVE_MS = 200;

export interface LagOptions {
  name: string;
  proxy: WalProxy;
  /** One connection to the standby that nobody else uses. */
  control: ReconnectingClient;
  primary: {
    flushedLsn(): Promise<Lsn>;
    /** Writes a record without effect, and flushes. */
    nudge(): Promise<void>;
    /** Whether a commit of the tracked table lies after `after` and at or before `upTo`. */
    hasCommitBetween(after: bigint, upTo: bigint): Promise<boolean>;
  };
}

/** WAL that was lost with a primary. */
export interface Gone {
  after: Lsn;
  upTo: Lsn;
}

/**
 * Each call replaces the lag of the one before, at once; a call that still waits then is rejected. What the WAL gate
 * does, it does in the moment of the call; the standby itself is asked in the order of the calls.
 */
export class ReplicaLag {
  readonly #options: LagOptions;
  /** Whether the standby itself answers; what the gate does holds in any case. */
  #isThere = true;
  /** Whoever waits for the standby when it leaves waits no longer. */
  #leaving = Promise.withResolvers<void>();
  #isToPause = false;
  #turn = 0;
  readonly #gone: Gone[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LagOptions) {
    this.#options = options;
  }

  async replayedLsn(): Promise<Lsn> {
    const [row] = await this.#options.control<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`;
    return row!.lsn;
  }

  /** Until the primary's WAL up to `lsn` has got as far as the gate, unless nothing comes, as when it is cut off. */
  async offered(lsn: Lsn): Promise<void> {
    const started = performance.now();
    const target = lsnToBigInt(lsn);
    while (this.#options.proxy.arrived < target && performance.now() - started < ARRIVE_MS) await sleep(1);
  }

  /** What it has when its primary is gone: everything that passed, but for a record of which only a part did. */
  async inheritance(): Promise<Lsn> {
    await this.#unpause();
    await this.#settle(this.#options.proxy.passed, SETTLE_FOR_GOOD_MS);
    return this.replayedLsn();
  }

  /** Whether it may have something of what comes after `lsn`. */
  isAheadOf(lsn: Lsn): boolean {
    return this.#options.proxy.passed > lsnToBigInt(lsn);
  }

  /** The primary is another from now on, and what it and its standbys had of that is gone. The lag stays. */
  cut(gone: Gone): void {
    this.#gone.push(gone);
    this.#options.proxy.change((gate) => gate.rewind(lsnToBigInt(gone.after)));
  }

  pause(): Promise<void> {
    const { proxy, control } = this.#options;
    this.#change(true, (gate) => gate.close());
    const passed = proxy.passed;
    return this.#inTurn(async (goOn) => {
      await this.#settle(passed);
      await control`select pg_wal_replay_pause()`;
      while (!(await this.#isPaused())) await goOn();
    });
  }

  holdAt(lsn: Lsn): Promise<void> {
    const { proxy, primary } = this.#options;
    const target = lsnToBigInt(lsn);
    this.#change(false, (gate) => gate.holdAt(target));
    const passed = proxy.passed;
    return this.#inTurn(async (goOn) => {
      if (passed > target && (await primary.hasCommitBetween(target, passed))) throw this.#tooLate(lsn, passed);
      await this.#unpause();
      await this.#replayed(lsn, goOn);
    });
  }

  delay(milliseconds: number): Promise<void> {
    this.#change(false, (gate) => gate.delay(milliseconds));
    return this.#inTurn(() => this.#unpause());
  }

  resume(): Promise<void> {
    this.#change(false, (gate) => gate.open());
    return this.#inTurn(async (goOn) => {
      await this.#unpause();
      await this.#replayed(await this.#options.primary.flushedLsn(), goOn);
    });
  }

  /** Until `returned` the standby is not asked for anything: call it before it freezes or ends. */
  left(): void {
    this.#isThere = false;
    this.#turn += 1;
    this.#leaving.resolve();
  }

  /** Makes good what it was not asked meanwhile. One that has started again has forgotten that it was paused. */
  returned(): Promise<void> {
    this.#isThere = true;
    this.#leaving = Promise.withResolvers();
    const previous = this.#last;
    this.#last = Promise.allSettled([previous]).then(() => (this.#isToPause ? undefined : this.#unpause()));
    return this.#last as Promise<void>;
  }

  #change(isToPause: boolean, how: (gate: WalGate) => void): void {
    this.#isToPause = isToPause;
    this.#options.proxy.change(how);
  }

  /** `goOn` is to be awaited between two looks; it rejects when another call has taken over. */
  #inTurn(act: (goOn: (pauseMs?: number) => Promise<void>) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const goOn = async (pauseMs = 1): Promise<void> => {
      if (turn !== this.#turn) throw this.#replaced();
      if (pauseMs > 0) await sleep(pauseMs);
    };
    const previous = this.#last;
    const mine = Promise.allSettled([previous]).then(async () => {
      if (!this.#isThere) return;
      const done = act(goOn).catch((error: unknown) => {
        if (this.#isThere) throw error;
      });
      await Promise.race([done, this.#leaving.promise]);
    });
    this.#last = mine;
    return mine;
  }

  async #unpause(): Promise<void> {
    await this.#options.control`select pg_wal_replay_resume()`;
  }

  async #isPaused(): Promise<boolean> {
    const [row] = await this.#options.control<{ state: string }[]>`select pg_get_wal_replay_pause_state() as state`;
    return row!.state === 'paused';
  }

  async #replayed(lsn: Lsn, goOn: (pauseMs: number) => Promise<void>): Promise<void> {
    const started = performance.now();
    let nudged = false;
    while (compareLsn(await this.replayedLsn(), this.#leftOf(lsn)) < 0) {
      const waited = performance.now() - started;
      if (waited > NUDGE_AFTER_MS && !nudged) {
        nudged = true;
        await this.#options.primary.nudge();
      }
      await goOn(waited > EAGER_POLL_MS ? 2 : 0);
    }
  }

  /** How much of the WAL up to `lsn` there still is. */
  #leftOf(lsn: Lsn): Lsn {
    const isIn = ({ after, upTo }: Gone): boolean => compareLsn(lsn, after) > 0 && compareLsn(lsn, upTo) <= 0;
    return this.#gone.find(isIn)?.after ?? lsn;
  }

  /** Until everything that passed the gate is replayed, or replay stands still, as in the midst of a record. */
  async #settle(passed: bigint, patienceMs = SETTLE_MS): Promise<void> {
    let last = await this.replayedLsn();
    let movedAt = performance.now();
    while (lsnToBigInt(last) < passed && performance.now() - movedAt < patienceMs) {
      const now = await this.replayedLsn();
      if (now !== last) movedAt = performance.now();
      last = now;
    }
  }

  #tooLate(lsn: Lsn, passed: bigint): EnvironmentError {
    return new EnvironmentError(
      'hold-too-late',
      `${this.#options.name} cannot be held at ${lsn}: it already has the commits up to ${bigIntToLsn(passed)}.`,
      'Pause or hold the replica before the commits that it must not show.',
    );
  }

  #replaced(): EnvironmentError {
    return new EnvironmentError(
      'lag-replaced',
      `${this.#options.name} was given another lag while it was still getting to the one before.`,
      'Wait for one before you ask for the next.',
    );
  }
}
