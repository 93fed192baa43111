/** Tells every commit of the tracked table, in commit order, from logical decoding on the primary. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Lsn } from '../../history/lsn.ts';
import { lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Commit, TrackedTable } from '../backend.ts';
import type { Address } from './address.ts';
import type { Row, Transaction } from './pgoutput.ts';
import { PgOutputReader } from './pgoutput.ts';
import { PUBLICATION, publish } from './publication.ts';
import { ReplicationConnection } from './replication.ts';

const SLOT = 'ratchet';
const ASK_AGAIN_MS = 20;

export interface CommitFeedOptions {
  owner: Sql<{}>;
  primary: Address;
  tracked: TrackedTable;
  onCommit(commit: Commit): void;
  /** Told when the stream ends and nobody closed it. */
  onEnd(reason: EnvironmentError): void;
}

export interface CommitFeed {
  /** Resolves when every commit at or before `lsn` has been told. */
  deliveredUpTo(lsn: Lsn): Promise<void>;
  /** Whether a commit of the tracked table lies after `after` and at or before `upTo`, as far as they were told. */
  hasCommitBetween(after: bigint, upTo: bigint): boolean;
  close(): void;
}

export async function startCommitFeed(options: CommitFeedOptions): Promise<CommitFeed> {
  const table = await publish(options.owner, options.tracked);
  const feed = new DecodingFeed(options, table);
  await feed.start();
  return feed;
}

class DecodingFeed implements CommitFeed {
  readonly #options: CommitFeedOptions;
  readonly #table: string;
  readonly #reader = new PgOutputReader();
  readonly #commitEnds: bigint[] = [];
  #connection: ReplicationConnection | undefined;
  #delivered = 0n;
  #closed = false;
  #wake: () => void = () => {};

  constructor(options: CommitFeedOptions, table: string) {
    this.#options = options;
    this.#table = table;
  }

  async start(): Promise<void> {
    this.#connection = await ReplicationConnection.open(this.#options.primary, {
      onMessage: (message) => this.#tell(this.#reader.push(message)),
      onDecoded: (position, replyRequested) => {
        this.#advance(position);
        if (replyRequested) this.#report(false);
      },
      onClose: () => this.#ended(),
    });
    const slot = `CREATE_REPLICATION_SLOT ${SLOT} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`;
    await this.#connection.command(slot);
    const plugin = `(proto_version '1', publication_names '${PUBLICATION}')`;
    await this.#connection.command(`START_REPLICATION SLOT ${SLOT} LOGICAL 0/0 ${plugin}`);
  }

  async deliveredUpTo(lsn: Lsn): Promise<void> {
    const target = lsnToBigInt(lsn);
    while (this.#delivered < target) {
      if (this.#closed) throw feedEnded();
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      this.#report(true);
      await Promise.race([woken, sleep(ASK_AGAIN_MS)]);
    }
  }

  hasCommitBetween(after: bigint, upTo: bigint): boolean {
    const last = this.#commitEnds.findLast((end) => end <= upTo);
    return last !== undefined && last > after;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  #tell(transaction: Transaction | undefined): void {
    if (!transaction) return;
    const { end, rows } = transaction;
    const commits = rows.filter(({ table }) => table === this.#table).map(({ row }) => this.#toCommit(row, end));
    if (commits.length > 0) this.#commitEnds.push(lsnToBigInt(end));
    for (const commit of commits) this.#options.onCommit(commit);
    this.#advance(lsnToBigInt(end));
  }

  #toCommit(row: Row, lsn: Lsn): Commit {
    const { key, generation, progress, status } = this.#options.tracked;
    return {
      key: row[key] ?? '',
      generation: generation === undefined ? 1 : Number(row[generation] ?? 1),
      progress: Number(row[progress] ?? 0),
      status: status === undefined ? undefined : (row[status] ?? undefined),
      lsn,
    };
  }

  #advance(position: bigint): void {
    if (position > this.#delivered) this.#delivered = position;
    this.#wake();
  }

  #report(replyRequested: boolean): void {
    this.#connection?.report(this.#delivered, replyRequested);
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#options.onEnd(feedEnded());
  }
}

function feedEnded(): EnvironmentError {
  return new EnvironmentError('commit-feed-ended', 'The stream of commits from the primary ended.');
}
