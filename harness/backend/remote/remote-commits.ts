/** Reports the commits of the tracked table, in commit order, by logical decoding over SQL with a temporary slot. */
import { qualifiedIdentifier } from '../insert-statement.ts';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { lsnToBigInt } from '../../history/lsn.ts';
import type { Commit, TrackedTable } from '../../port/backend.ts';
import { qualifiedTable, rowKeyText, trackedCommit } from '../../tracked-values.ts';
import type { Transaction } from '../postgres/pgoutput.ts';
import type { Database } from './remote-database.ts';
import { reasonOf } from './target.ts';
import { TestDecodingReader, type Change } from './test-decoding.ts';

const POLL_MS = 10;

export interface CommitPollOptions {
  /** A connection for exclusive use: the temporary slot ends with it. */
  database: Database;
  tracked: TrackedTable;
  /** Whether the story belongs to the run: others may use the table, too. */
  isOurs(key: string): boolean;
  onCommit(commit: Commit): void;
  /** Called if decoding fails. */
  onEnd(reason: EnvironmentError): void;
}

export class CommitPoll {
  readonly #options: CommitPollOptions;
  readonly #slot = `ratchet_${randomBytes(6).toString('hex')}`;
  readonly #reader = new TestDecodingReader();
  readonly #ends: bigint[] = [];
  #table = '';
  #polling: Promise<void> | undefined;
  #closed = false;

  private constructor(options: CommitPollOptions) {
    this.#options = options;
  }

  /** Rejects with PostgreSQL's error if the database does not permit logical decoding. */
  static async start(options: CommitPollOptions): Promise<CommitPoll> {
    const poll = new CommitPoll(options);
    const { database, tracked } = options;
    const { schema, name: table } = qualifiedTable(tracked);
    const name = `${schema}.${table}`;
    const [found] = await database<{ name: string }[]>`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass(${qualifiedIdentifier(name)})`;
    if (found === undefined) throw new Error(`there is no table ${name}`);
    poll.#table = found.name;
    await database`select pg_create_logical_replication_slot(${poll.#slot}, 'test_decoding', true)`;
    void poll.#run();
    return poll;
  }

  /** Resolves when every commit made before the call has been reported. */
  async delivered(): Promise<void> {
    // A poll in progress may have started before the last commit.
    await this.#polling;
    await this.#poll();
  }

  /** Whether a commit of the run lies after `after` and at or before `upTo`. */
  async hasCommitBetween(after: bigint, upTo: bigint): Promise<boolean> {
    await this.delivered();
    return this.#ends.some((end) => end > after && end <= upTo);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#options.database.end({ timeout: 0 });
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#poll();
      } catch (error) {
        if (!this.#closed) this.#options.onEnd(ended(error));
        return;
      }
      await sleep(POLL_MS);
    }
  }

  #poll(): Promise<void> {
    this.#polling ??= this.#read().finally(() => (this.#polling = undefined));
    return this.#polling;
  }

  async #read(): Promise<void> {
    const changes = await this.#options.database<Change[]>`
      select lsn::text as lsn, data
      from pg_logical_slot_get_changes(${this.#slot}, null, null, 'include-xids', '0', 'skip-empty-xacts', '1')`;
    for (const change of changes) this.#deliver(this.#reader.push(change));
  }

  #deliver(transaction: Transaction | undefined): void {
    const { tracked, isOurs, onCommit } = this.#options;
    const rows = (transaction?.rows ?? []).filter(
      ({ table, row }) => table === this.#table && isOurs(rowKeyText(row, tracked)),
    );
    if (transaction === undefined || rows.length === 0) return;
    this.#ends.push(lsnToBigInt(transaction.end));
    for (const { row } of rows) onCommit({ ...trackedCommit(row, tracked), lsn: transaction.end });
  }
}

function ended(cause: unknown): EnvironmentError {
  return new EnvironmentError('commit-feed-ended', `reading the commits of the target failed: ${reasonOf(cause)}`);
}
