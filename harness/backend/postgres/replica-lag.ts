/** The lag of a standby: implements the port's `pause`, `holdAt`, `delay` and `resume`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn, compareLsn, lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError } from '../../errors.ts';
import { firstOf } from '../../required.ts';
import { Standstill } from './standstill.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { WalGate } from './wal-gate.ts';
import type { WalProxy } from './wal-proxy.ts';

/**
 * A flush can end inside a record, the rest of which arrives with the next flush: then the primary is made to flush.
 */
const NUDGE_AFTER_MS = 200;
const EAGER_POLL_MS = 20;
const SETTLE_MS = 20;
/** Longer, because the final LSN is read only once. */
const SETTLE_FINALLY_MS = 200;
const RECEIVE_MS = 200;

export interface LagOptions {
  name: string;
  proxy: WalProxy;
  /** A connection to the standby for exclusive use. */
  control: ReconnectingClient;
  /** The last lines of its log. */
  lastLog(): string | Promise<string>;
  primary: {
    /** Whether a promotion is replacing it: no WAL arrives then. */
    isDown(): boolean;
    flushedLsn(): Promise<Lsn>;
    /** Writes a WAL record without effect, and flushes. */
    nudge(): Promise<void>;
    /** Whether a commit of the tracked table is after `after` and at or before `upTo`. */
    hasCommitBetween(after: bigint, upTo: bigint): Promise<boolean>;
  };
}

/** A range of WAL that was lost with a primary. */
export interface LostWal {
  after: Lsn;
  upTo: Lsn;
}

/**
 * Each call replaces the lag of the previous call, which is rejected if it is still waiting. The WAL gate changes
 * synchronously with the call; queries to the standby run in the order of the calls.
 */
export class ReplicaLag {
  readonly #options: LagOptions;
  /** Whether the standby answers queries. The gate works in any case. */
  #isServerUp = true;
  /** Resolves when the server goes down, so that calls stop waiting for it. */
  #goingDown = Promise.withResolvers<void>();
  #shouldPause = false;
  #turn = 0;
  /** Number of partitions from the primary in effect. */
  #partitions = 0;
  readonly #lostWal: LostWal[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LagOptions) {
    this.#options = options;
  }

  async replayedLsn(): Promise<Lsn> {
    return firstOf(await this.#options.control<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`).lsn;
  }

  /** Waits until the primary's WAL up to `lsn` has arrived at the gate, or briefly if none arrives (partition). */
  async untilReceived(lsn: Lsn): Promise<void> {
    const started = performance.now();
    const target = lsnToBigInt(lsn);
    while (this.#options.proxy.arrived < target && performance.now() - started < RECEIVE_MS) await sleep(1);
  }

  /** The replayed LSN after the primary is lost: all WAL that passed the gate, except an incomplete record. */
  async finalLsn(): Promise<Lsn> {
    await this.#unpause();
    await this.#settle(this.#options.proxy.passed, SETTLE_FINALLY_MS);
    return this.replayedLsn();
  }

  /** Whether the standby may have WAL after `lsn`. */
  isAheadOf(lsn: Lsn): boolean {
    return this.#options.proxy.passed > lsnToBigInt(lsn);
  }

  /** Called when a primary is lost together with a range of its WAL. The lag stays in effect. */
  discard(lost: LostWal): void {
    this.#lostWal.push(lost);
    this.#options.proxy.change((gate) => gate.rewind(lsnToBigInt(lost.after)));
  }

  pause(): Promise<void> {
    const { proxy, control } = this.#options;
    this.#change(true, (gate) => gate.close());
    const passed = proxy.passed;
    return this.#inTurn(async (goOn) => {
      await this.#settle(passed);
      await control`select pg_wal_replay_pause()`;
      const standstill = new Standstill();
      while (!(await this.#isPaused())) {
        if (standstill.hasStopped('not paused')) throw await this.#stopped('did not pause its replay');
        await goOn();
      }
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

  /** Call before the standby is frozen or ends: no queries are sent to it until `serverUp`. */
  serverDown(): void {
    this.#isServerUp = false;
    this.#turn += 1;
    this.#goingDown.resolve();
  }

  /** Call when the standby answers again: pauses or resumes replay according to the last call. */
  serverUp(): Promise<void> {
    this.#isServerUp = true;
    this.#goingDown = Promise.withResolvers();
    const previous = this.#last;
    this.#last = Promise.allSettled([previous]).then(() => (this.#shouldPause ? undefined : this.#unpause()));
    return this.#last as Promise<void>;
  }

  /** Call when WAL from the primary stops arriving by intent. The returned function ends that. */
  beginPartition(): () => void {
    this.#partitions += 1;
    return () => (this.#partitions -= 1);
  }

  #change(shouldPause: boolean, how: (gate: WalGate) => void): void {
    this.#shouldPause = shouldPause;
    this.#options.proxy.change(how);
  }

  /** Runs `act` after the previous calls. It awaits `goOn` between polls, which rejects once a later call replaces it. */
  #inTurn(act: (goOn: (pauseMs?: number) => Promise<void>) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const goOn = async (pauseMs = 1): Promise<void> => {
      if (turn !== this.#turn) throw this.#replaced();
      if (pauseMs > 0) await sleep(pauseMs);
    };
    const previous = this.#last;
    const mine = Promise.allSettled([previous]).then(async () => {
      if (!this.#isServerUp) return;
      const done = act(goOn).catch((error: unknown) => {
        if (this.#isServerUp) throw error;
      });
      await Promise.race([done, this.#goingDown.promise]);
    });
    this.#last = mine;
    return mine;
  }

  async #unpause(): Promise<void> {
    await this.#options.control`select pg_wal_replay_resume()`;
  }

  async #isPaused(): Promise<boolean> {
    const rows = await this.#options.control<{ state: string }[]>`select pg_get_wal_replay_pause_state() as state`;
    return firstOf(rows).state === 'paused';
  }

  async #replayed(lsn: Lsn, goOn: (pauseMs: number) => Promise<void>): Promise<void> {
    const started = performance.now();
    let nudged = false;
    const standstill = new Standstill();
    for (;;) {
      const replayed = await this.replayedLsn();
      if (compareLsn(replayed, this.#remaining(lsn)) >= 0) return;
      if (standstill.hasStopped(replayed, this.#partitions > 0 || this.#options.primary.isDown()))
        throw await this.#stopped(`stopped at ${replayed} instead of replaying the WAL up to ${lsn}`);
      const waited = performance.now() - started;
      if (waited > NUDGE_AFTER_MS && !nudged) {
        nudged = true;
        await this.#options.primary.nudge();
      }
      await goOn(waited > EAGER_POLL_MS ? 2 : 0);
    }
  }

  /** The last position up to `lsn` that is not lost. */
  #remaining(lsn: Lsn): Lsn {
    const isIn = ({ after, upTo }: LostWal): boolean => compareLsn(lsn, after) > 0 && compareLsn(lsn, upTo) <= 0;
    return this.#lostWal.find(isIn)?.after ?? lsn;
  }

  /**
   * Waits until all WAL that passed the gate is replayed, or replay has stopped, for example at an incomplete record.
   */
  async #settle(passed: bigint, stoppedMs = SETTLE_MS): Promise<void> {
    let last = await this.replayedLsn();
    let movedAt = performance.now();
    while (lsnToBigInt(last) < passed && performance.now() - movedAt < stoppedMs) {
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

  async #stopped(what: string): Promise<EnvironmentError> {
    return new EnvironmentError(
      'replica-stopped',
      `PostgreSQL ${this.#options.name} ${what}: ${await this.#options.lastLog()}`,
      'Look for the cause in these lines of its log. The run is inconclusive; start it again.',
    );
  }

  #replaced(): EnvironmentError {
    return new EnvironmentError(
      'lag-replaced',
      `${this.#options.name} was given another lag before the previous one was in effect.`,
      'Wait for one call to resolve before making the next.',
    );
  }
}
