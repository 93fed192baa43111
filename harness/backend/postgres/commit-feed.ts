/** Reports every commit of the tracked table, in commit order, by logical decoding on the current primary. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn, lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Commit, TrackedTable } from '../../port/backend.ts';
import { trackedCommit } from '../../tracked-values.ts';
import type { Address } from './address.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { Row } from './pgoutput-changes.ts';
import type { Transaction } from './pgoutput.ts';
import { PgOutputReader } from './pgoutput.ts';
import { PUBLICATION, publish, readTracked } from './publication.ts';
import { Standstill } from './standstill.ts';
import { ReplicationConnection } from './replication.ts';
import { answerInTime } from './server-wait.ts';

const SLOT = 'ratchet';
const REQUEST_AGAIN_MS = 20;

export interface CommitFeedOptions {
  owner: ReconnectingClient;
  primary: Address;
  /** The last lines of the primary's log. */
  lastLog(): string | Promise<string>;
  tracked: TrackedTable;
  onCommit(commit: Commit): void;
  /** Called if the stream ends unexpectedly. */
  onEnd(reason: EnvironmentError): void;
}

export interface CommitFeed {
  /** Resolves when every commit at or before `lsn` has been reported. */
  deliveredUpTo(lsn: Lsn): Promise<void>;
  /** Whether a reported commit lies after `after` and at or before `upTo`. */
  hasCommitBetween(after: bigint, upTo: bigint): boolean;
  /** Disconnects from a primary that is about to be lost. All of its commits must have been reported. */
  unfollow(): void;
  /** Removes the commits after `lsn`, where the next primary starts, and returns them. */
  discardAfter(lsn: Lsn): LostCommits;
  /** Connects to the primary at that address. Its later commits must have greater LSNs than all reported ones. */
  follow(primary: Address): Promise<void>;
  /** Reports the versions of `keys` in `owner`'s database, which are current again because later ones are lost. */
  reportRestored(
    owner: ReconnectingClient,
    keys: readonly string[],
    how: Pick<Commit, 'lsn' | 'promoted'>,
  ): Promise<void>;
  close(): void;
}

/** Commits that were reported and are lost by a promotion. */
export interface LostCommits {
  count: number;
  keys: string[];
}

export async function startCommitFeed(options: CommitFeedOptions): Promise<CommitFeed> {
  const table = await publish(options.owner, options.tracked);
  const feed = new DecodingFeed(options, table);
  await feed.follow(options.primary);
  return feed;
}

class DecodingFeed implements CommitFeed {
  readonly #options: CommitFeedOptions;
  readonly #table: string;
  #reported: { end: bigint; key: string }[] = [];
  #connection: ReplicationConnection | undefined;
  /** Identifies the current connection, whose end is a failure; that of an earlier one is not. */
  #following: symbol | undefined;
  #delivered = 0n;
  #closed = false;
  #wake: () => void = () => {};

  constructor(options: CommitFeedOptions, table: string) {
    this.#options = options;
    this.#table = table;
  }

  async follow(primary: Address): Promise<void> {
    const reader = new PgOutputReader();
    const following = (this.#following = Symbol('following'));
    const connecting = ReplicationConnection.open(primary, {
      onMessage: (message) => this.#deliver(reader.push(message)),
      onDecoded: (position, replyRequested) => {
        this.#advance(position);
        if (replyRequested) this.#sendStatus(false);
      },
      onClose: () => {
        if (following === this.#following) this.#ended();
      },
    });
    const decoding = connecting.then(async (connection) => {
      this.#connection = connection;
      await connection.decode(SLOT, PUBLICATION);
    });
    await answerInTime(decoding, {
      name: 'primary',
      failure: 'did not begin to report its commits',
      lastLog: this.#options.lastLog,
    });
  }

  async deliveredUpTo(lsn: Lsn): Promise<void> {
    const target = lsnToBigInt(lsn);
    const standstill = new Standstill();
    while (this.#delivered < target) {
      if (this.#closed) throw feedEnded();
      if (standstill.hasStopped(this.#delivered)) throw await this.#stopped(lsn);
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      this.#sendStatus(true);
      await Promise.race([woken, sleep(REQUEST_AGAIN_MS)]);
    }
  }

  hasCommitBetween(after: bigint, upTo: bigint): boolean {
    const last = this.#reported.findLast(({ end }) => end <= upTo);
    return last !== undefined && last.end > after;
  }

  unfollow(): void {
    this.#following = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  discardAfter(lsn: Lsn): LostCommits {
    const beginning = lsnToBigInt(lsn);
    const lost = this.#reported.filter(({ end }) => end > beginning);
    this.#reported = this.#reported.filter(({ end }) => end <= beginning);
    return { count: lost.length, keys: [...new Set(lost.map(({ key }) => key))] };
  }

  async reportRestored(
    owner: ReconnectingClient,
    keys: readonly string[],
    how: Pick<Commit, 'lsn' | 'promoted'>,
  ): Promise<void> {
    const rows = await readTracked(owner, this.#options.tracked, keys);
    for (const row of rows) this.#options.onCommit({ ...this.#toCommit(row, how.lsn), ...how });
  }

  close(): void {
    this.#closed = true;
    this.unfollow();
  }

  #deliver(transaction: Transaction | undefined): void {
    if (!transaction) return;
    const { end, rows } = transaction;
    const commits = rows.filter(({ table }) => table === this.#table).map(({ row }) => this.#toCommit(row, end));
    for (const { key } of commits) this.#reported.push({ end: lsnToBigInt(end), key });
    for (const commit of commits) this.#options.onCommit(commit);
    this.#advance(lsnToBigInt(end));
  }

  #toCommit(row: Row, lsn: Lsn): Commit {
    return { ...trackedCommit(row, this.#options.tracked), lsn };
  }

  #advance(position: bigint): void {
    if (position > this.#delivered) this.#delivered = position;
    this.#wake();
  }

  #sendStatus(replyRequested: boolean): void {
    this.#connection?.report(this.#delivered, replyRequested);
  }

  async #stopped(lsn: Lsn): Promise<EnvironmentError> {
    const reached = bigIntToLsn(this.#delivered);
    return new EnvironmentError(
      'commit-feed-stopped',
      `The stream of commits from the primary stopped at ${reached}, before ${lsn}: ${await this.#options.lastLog()}`,
      'Look for the cause in these lines of its log. The run is inconclusive; start it again.',
    );
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#options.onEnd(feedEnded());
  }
}

function feedEnded(): EnvironmentError {
  return new EnvironmentError('commit-feed-ended', 'The stream of commits from the primary ended unexpectedly.');
}
