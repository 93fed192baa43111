/** Tells every commit of the tracked table, in commit order, from logical decoding on the primary. */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Lsn } from '../../history/lsn.ts';
import { compareLsn, lsnToBigInt } from '../../history/lsn.ts';
import { EnvironmentError, UsageError } from '../../errors.ts';
import type { Commit, TrackedTable } from '../backend.ts';
import { connectTo } from './connect.ts';
import type { Row, Transaction } from './pgoutput.ts';
import { PgOutputReader } from './pgoutput.ts';

const PUBLICATION = 'ratchet';
const SLOT = 'ratchet';
const ASK_AGAIN_MS = 20;
/** Microseconds between 1970 and 2000, where PostgreSQL's clock starts. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n;

export interface CommitFeedOptions {
  owner: Sql<{}>;
  socketDirectory: string;
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
  close(): Promise<void>;
}

export async function startCommitFeed(options: CommitFeedOptions): Promise<CommitFeed> {
  const table = await publish(options.owner, options.tracked);
  const replication = connectTo(options.socketDirectory, 1, {
    fetch_types: false,
    connection: { replication: 'database', application_name: 'ratchet-commits' } as never,
  });
  await replication.unsafe(`CREATE_REPLICATION_SLOT ${SLOT} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
  const start = `START_REPLICATION SLOT ${SLOT} LOGICAL 0/0 (proto_version '1', publication_names '${PUBLICATION}')`;
  const stream = (await replication.unsafe(start).writable()) as Duplex;
  return new DecodingFeed(options, table, stream, () => replication.end({ timeout: 0 }));
}

class DecodingFeed implements CommitFeed {
  readonly #options: CommitFeedOptions;
  readonly #table: string;
  readonly #stream: Duplex;
  readonly #disconnect: () => Promise<void>;
  readonly #reader = new PgOutputReader();
  readonly #commitEnds: bigint[] = [];
  #delivered: Lsn = '0/0';
  #closed = false;
  #wake: () => void = () => {};

  constructor(options: CommitFeedOptions, table: string, stream: Duplex, disconnect: () => Promise<void>) {
    this.#options = options;
    this.#table = table;
    this.#stream = stream;
    this.#disconnect = disconnect;
    stream.on('data', (message: Buffer) => this.#receive(message));
    stream.on('error', () => this.#ended());
    stream.on('close', () => this.#ended());
  }

  async deliveredUpTo(lsn: Lsn): Promise<void> {
    while (compareLsn(this.#delivered, lsn) < 0) {
      if (this.#closed) throw feedEnded();
      this.#report(true);
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([woken, sleep(ASK_AGAIN_MS)]);
    }
  }

  hasCommitBetween(after: bigint, upTo: bigint): boolean {
    const next = this.#commitEnds.findLast((end) => end <= upTo);
    return next !== undefined && next > after;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
    await this.#disconnect();
  }

  #receive(message: Buffer): void {
    if (message[0] === 0x77) {
      const transaction = this.#reader.push(message.subarray(25));
      if (transaction) this.#tell(transaction);
    } else if (message[0] === 0x6b) {
      this.#advance(`${message.readUInt32BE(1).toString(16)}/${message.readUInt32BE(5).toString(16)}`);
      if (message[17] === 1) this.#report(false);
    }
  }

  #tell({ end, rows }: Transaction): void {
    const commits = rows.filter(({ table }) => table === this.#table).map(({ row }) => this.#toCommit(row, end));
    if (commits.length > 0) this.#commitEnds.push(lsnToBigInt(end));
    for (const commit of commits) this.#options.onCommit(commit);
    this.#advance(end);
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

  #advance(lsn: Lsn): void {
    if (compareLsn(lsn, this.#delivered) > 0) this.#delivered = lsn;
    this.#wake();
  }

  /** A standby status update: what we have, and whether the server shall say how far it has decoded. */
  #report(replyRequested: boolean): void {
    if (this.#stream.destroyed) return;
    const delivered = lsnToBigInt(this.#delivered);
    const status = Buffer.alloc(34);
    status[0] = 0x72;
    for (const offset of [1, 9, 17]) status.writeBigUInt64BE(delivered, offset);
    status.writeBigInt64BE(BigInt(Date.now()) * 1000n - POSTGRES_EPOCH_US, 25);
    status[33] = replyRequested ? 1 : 0;
    this.#stream.write(status);
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#options.onEnd(feedEnded());
  }
}

function feedEnded(): EnvironmentError {
  return new EnvironmentError('embedded-commit-feed', 'The stream of commits from the primary ended.');
}

/** Publishes inserts and updates of the tracked table. Resolves with its name as the stream will call it. */
async function publish(owner: Sql<{}>, tracked: TrackedTable): Promise<string> {
  const [found] = await owner<{ name: string; keyless: boolean; missing: string[] }[]>`
    select n.nspname || '.' || c.relname as name,
           c.relreplident = 'd' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as keyless,
           array(
             select wanted from unnest(${columnsOf(tracked)}::text[]) wanted
             where not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = wanted and not a.attisdropped)
           ) as missing
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = to_regclass(${quoteName(tracked.table)}) and c.relkind in ('r', 'p')`;
  if (!found) throw noTable(tracked.table);
  if (found.missing.length > 0) throw noColumns(tracked.table, found.missing);
  const table = quoteName(found.name);
  // Without a primary key its updates could not be published otherwise.
  if (found.keyless) await owner.unsafe(`alter table ${table} replica identity full`);
  await owner.unsafe(
    `create publication ${PUBLICATION} for table ${table} with (publish = 'insert, update', publish_via_partition_root = true)`,
  );
  return found.name;
}

function columnsOf({ key, generation, progress, status }: TrackedTable): string[] {
  return [key, generation, progress, status].filter((name) => name !== undefined);
}

function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

function noTable(table: string): UsageError {
  return new UsageError(
    'tracked-table-missing',
    `The migrations made no table ${table}, whose progress is to be tracked.`,
    'Check the name of the tracked table, and that the right migrations are given.',
  );
}

function noColumns(table: string, missing: readonly string[]): UsageError {
  return new UsageError(
    'tracked-column-missing',
    `The table ${table} has no column ${missing.join(', ')}.`,
    'Check the names of the tracked columns.',
  );
}
