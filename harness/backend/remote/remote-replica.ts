/** The lag of a replica of the target, by pausing replay: a client of a database has no other means. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn, compareLsn, lsnToBigInt } from '../../history/lsn.ts';
import type { ReplicaNode } from '../../port/backend.ts';
import { firstOf } from '../../required.ts';
import { Standstill } from '../postgres/standstill.ts';
import type { CommitPoll } from './remote-commits.ts';
import type { Database } from './remote-database.ts';

export interface ReplicaOptions {
  name: string;
  database: Database;
  rest: ReplicaNode['rest'];
  primary: {
    flushedLsn(): Promise<Lsn>;
    /** Writes a WAL record without effect, and flushes. */
    nudge(): Promise<void>;
  };
  commits: Pick<CommitPoll, 'hasCommitBetween'>;
}

const NUDGE_AFTER_MS = 200;
/** Maximum duration of one query that resumes replay; then the position is checked. */
const STEP_MS = 200;

/** Ends a pause of replay. */
export const RESUME_REPLAY = 'select pg_wal_replay_resume()';

export class RemoteReplica implements ReplicaNode {
  readonly name: string;
  readonly rest: ReplicaNode['rest'];
  readonly #options: ReplicaOptions;
  #turn = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReplicaOptions) {
    this.name = options.name;
    this.rest = options.rest;
    this.#options = options;
  }

  async lsn(): Promise<Lsn> {
    return firstOf(await this.#options.database<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`).lsn;
  }

  pause(): Promise<void> {
    return this.#inTurn((goOn) => this.#pause(goOn));
  }

  /** Resumes replay in short steps. If a later commit is replayed meanwhile, this is detected and rejects. */
  holdAt(lsn: Lsn): Promise<void> {
    return this.#inTurn(async (goOn) => {
      for (;;) {
        await this.#replayUpTo(lsn);
        await this.#pause(goOn);
        const replayed = await this.lsn();
        if (compareLsn(replayed, lsn) >= 0) return this.#requireExact(lsn, lsnToBigInt(replayed));
        await this.#options.primary.nudge();
        await goOn();
      }
    });
  }

  delay(): Promise<void> {
    return Promise.reject(
      new Error(`${this.name} cannot be delayed: the backend does not have the capability lag-timed`),
    );
  }

  resume(): Promise<void> {
    return this.#inTurn(async (goOn) => {
      await this.release();
      const target = await this.#options.primary.flushedLsn();
      const started = performance.now();
      let isNudged = false;
      const standstill = new Standstill();
      for (;;) {
        const replayed = await this.lsn();
        if (compareLsn(replayed, target) >= 0) return;
        if (standstill.hasStopped(replayed)) throw this.#stopped(`stopped at ${replayed}, before ${target}`);
        if (!isNudged && performance.now() - started > NUDGE_AFTER_MS) {
          isNudged = true;
          await this.#options.primary.nudge();
        }
        await goOn();
      }
    });
  }

  /** Resumes replay without waiting for the replica to catch up. */
  async release(): Promise<void> {
    await this.#options.database.unsafe(RESUME_REPLAY);
  }

  async #pause(goOn: () => Promise<void>): Promise<void> {
    const { database } = this.#options;
    await database`select pg_wal_replay_pause()`;
    const standstill = new Standstill();
    for (;;) {
      const rows = await database<{ state: string }[]>`select pg_get_wal_replay_pause_state() as state`;
      if (firstOf(rows).state === 'paused') return;
      if (standstill.hasStopped('not paused')) throw this.#stopped('did not pause its replay');
      await goOn();
    }
  }

  /** One query, so that there is no network latency between reaching the position and pausing. */
  async #replayUpTo(lsn: Lsn): Promise<void> {
    await this.#options.database.unsafe(`do $$
      declare give_up timestamptz := clock_timestamp() + interval '${STEP_MS} ms';
      begin
        if pg_last_wal_replay_lsn() < '${bigIntToLsn(lsnToBigInt(lsn))}' then
          perform pg_wal_replay_resume();
          while pg_last_wal_replay_lsn() < '${bigIntToLsn(lsnToBigInt(lsn))}' and clock_timestamp() < give_up loop
            perform pg_sleep(0.0005);
          end loop;
        end if;
        perform pg_wal_replay_pause();
      end $$`);
  }

  #stopped(what: string): EnvironmentError {
    return new EnvironmentError(
      'replica-stopped',
      `${this.name} ${what}, for a minute`,
      'Look into the log of the replica: is it connected to its primary, or does a long query hold up its replay?',
    );
  }

  async #requireExact(lsn: Lsn, replayed: bigint): Promise<void> {
    if (!(await this.#options.commits.hasCommitBetween(lsnToBigInt(lsn), replayed))) return;
    throw new EnvironmentError(
      'hold-too-late',
      `${this.name} cannot be held at ${lsn}: it already has the commits up to ${bigIntToLsn(replayed)}`,
      'pausing replay takes at least one round trip to the replica: use longer intervals between the steps of the plan',
    );
  }

  /** Runs `act` after the previous calls. It awaits `goOn` between polls, which rejects once a later call replaces it. */
  #inTurn(act: (goOn: () => Promise<void>) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const goOn = async (): Promise<void> => {
      if (turn !== this.#turn)
        throw new EnvironmentError('lag-replaced', `${this.name} was given another lag before this one was in effect`);
      await sleep(1);
    };
    const previous = this.#last;
    const mine = Promise.allSettled([previous]).then(() => act(goOn));
    this.#last = mine;
    return mine;
  }
}
