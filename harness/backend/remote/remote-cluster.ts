/** Implements the port's `Cluster` for a remote target, and undoes every change that a run makes to it. */
import { EnvironmentError, RatchetError } from '../../errors.ts';
import type { Capability, Cluster, ClusterOptions, DatabaseNode } from '../../port/backend.ts';
import type { KeyPair } from '../../gateway/api-access.ts';
import type { HttpAnswer } from '../../port/message.ts';
import { makeKeys } from '../postgres/api-keys.ts';
import { firstOf, required } from '../../required.ts';
import { keyColumns, rowKeyText } from '../../tracked-values.ts';
import { CommitPoll } from './remote-commits.ts';
import { connectionOf, openDatabase, type Database } from './remote-database.ts';
import { RESUME_REPLAY, RemoteReplica } from './remote-replica.ts';
import { requestTarget, keyHeaders } from './remote-rest.ts';
import type { Settings } from './remote-settings.ts';
import { RemoteStream } from './remote-stream.ts';
import { reasonOf } from './target.ts';
import { startWatchdog } from './remote-watchdog.ts';

/** The keys of the target, and those given to the application. They are exchanged in requests and answers. */
interface KeyExchange {
  real: KeyPair;
  given: KeyPair;
}

/** A cleanup step; the steps run in reverse order. */
type Cleanup = () => Promise<void>;

/** Connects to a target that has been checked. If this fails, no connection stays open and no replica paused. */
export async function connectTarget(settings: Settings, options: ClusterOptions): Promise<Cluster> {
  const target = new Target(settings);
  try {
    return await target.connect(options);
  } catch (error) {
    await target.close().catch(() => undefined);
    throw error;
  }
}

class Target {
  readonly #settings: Settings;
  readonly #cleanups: Cleanup[] = [];
  readonly #exchange: KeyExchange;
  readonly #keys = new Set<string>();
  readonly #watchdog = startWatchdog();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#exchange = { real: { publishable: settings.publishableKey, secret: settings.secretKey }, given: makeKeys() };
  }

  async connect(options: ClusterOptions): Promise<Cluster> {
    const { databaseUrl } = this.#settings;
    const { ownsTarget } = options;
    const open = async (url: string, variable: string, isReplica: boolean): Promise<Database> => {
      const database = await openDatabase({ url, variable, isReplica, ownsTarget });
      this.#cleanups.push(() => database.end({ timeout: 0 }));
      return database;
    };
    const openPrimary =
      databaseUrl === undefined ? undefined : () => open(databaseUrl, 'RATCHET_REMOTE_DATABASE_URL', false);
    const control = await openPrimary?.();
    const { commits, missing } = await this.#follow(options, openPrimary);
    const primary = this.#node('primary', this.#settings.url, control);
    const replicas: RemoteReplica[] = [];
    for (const [at, replica] of this.#settings.replicas.slice(0, options.replicas).entries()) {
      const database = await open(replica.databaseUrl, 'RATCHET_REMOTE_REPLICA_DATABASE_URLS', true);
      const primaryDatabase = required(control, 'the database of the primary');
      const node = new RemoteReplica({
        name: `replica-${at + 1}`,
        database,
        rest: (request) => requestTarget({ url: replica.url, ...this.#exchange }, request),
        commits: commits ?? NO_COMMITS,
        primary: {
          flushedLsn: () => flushedLsn(primaryDatabase),
          nudge: async () => void (await primaryDatabase`select pg_logical_emit_message(false, 'ratchet', '')`),
        },
      });
      // An earlier run may have ended without resuming it.
      await node.release();
      this.#watchdog.add({ query: { connection: connectionOf(replica.databaseUrl), sql: RESUME_REPLAY } });
      this.#cleanups.push(() => node.release());
      replicas.push(node);
    }
    const realtime = new RemoteStream({ url: this.#settings.url, ...this.#exchange }, control);
    this.#cleanups.push(async () => realtime.close());
    const { publishable, secret } = this.#exchange.given;
    const { jwtSecret } = this.#settings;
    return {
      primary,
      replicas,
      publishableKey: publishable,
      secretKey: secret,
      ...(jwtSecret === undefined
        ? { auth: (request) => requestTarget({ url: this.#settings.url, ...this.#exchange }, request) }
        : { jwtSecret }),
      versions: { database: await versionOf(control), rest: 'of the target' },
      ...(missing === undefined ? {} : { missing }),
      realtime,
      insert: (table, row) => this.#insert(table, row, options),
      commitsDelivered: async () => commits?.delivered(),
      close: () => this.close(),
    };
  }

  /** Runs all cleanups. Rejects if one of them failed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).toReversed()) await cleanup().catch((error) => failures.push(error));
    await this.#watchdog.dismiss();
    const [failure] = failures;
    if (failure !== undefined) throw failure instanceof RatchetError ? failure : notRestored(failure);
  }

  async #follow(
    options: ClusterOptions,
    open: (() => Promise<Database>) | undefined,
  ): Promise<{ commits?: CommitPoll; missing?: Cluster['missing'] }> {
    const { tracked } = options;
    const unknown = (why: string) => ({
      missing: { capabilities: NEED_COMMITS, because: `the order of commits is unknown: ${why}` },
    });
    if (open === undefined) return unknown('RATCHET_REMOTE_DATABASE_URL is not set');
    if (tracked === undefined) return {};
    const database = await open();
    try {
      const commits = await CommitPoll.start({
        database,
        tracked,
        isOurs: (key) => this.#keys.has(key),
        onCommit: (commit) => options.onCommit(commit),
        onEnd: (reason) => options.onDeath(reason),
      });
      this.#cleanups.push(() => commits.close());
      return { commits };
    } catch (error) {
      return unknown(`the database does not permit logical decoding (${(error as Error).message})`);
    }
  }

  #node(name: string, url: string, control: Database | undefined): DatabaseNode {
    return {
      name,
      rest: (request) => requestTarget({ url, ...this.#exchange }, request),
      lsn: async () => (control === undefined ? undefined : flushedLsn(control)),
    };
  }

  /**
   * Inserts by REST, like the application's server. Rejects if the row already exists: it does not belong to the run.
   */
  async #insert(table: string, row: Readonly<Record<string, unknown>>, { tracked }: ClusterOptions): Promise<void> {
    const isStory = tracked === undefined || table === tracked.table;
    const columns = isStory ? keyColumns(tracked ?? { key: 'id' }) : Object.keys(row);
    const key = rowKeyText(row, { key: columns });
    const query = `${encodeURIComponent(table)}?${filtersFor(row, columns)}`;
    if (isStory) this.#keys.add(key);
    else await this.#requireAbsent(query, columns);
    const inserted = await this.#write('POST', encodeURIComponent(table), row);
    if (inserted === undefined) {
      const { url, secretKey } = this.#settings;
      this.#watchdog.add({
        request: { url: `${url}/rest/v1/${query}`, method: 'DELETE', headers: keyHeaders(secretKey) },
      });
      this.#cleanups.push(() => this.#remove(key, query));
      return;
    }
    if (!inserted.includes('23505')) throw new Error(inserted);
    throw new Error(
      `${key} already exists: another run is using it, or a killed run has left it; in that case delete it`,
    );
  }

  /** Rejects if a row of the target looks the same: the conditions would remove it, too. */
  async #requireAbsent(query: string, columns: readonly string[]): Promise<void> {
    if (query.endsWith('?')) throw new Error('it has no plain value by which it can be removed again');
    const { status, body } = await this.#request('GET', `${query}&limit=1`, '');
    if (status >= 300) throw new Error(`HTTP ${status} ${body}`);
    if (body.trim() !== '[]') throw new Error(`a row with the same ${columns.join(', ')} already exists`);
  }

  async #remove(key: string, query: string): Promise<void> {
    const why = await this.#write('DELETE', query).catch(reasonOf);
    if (why === undefined) return;
    throw new EnvironmentError(
      'remote-row-left',
      `${key} could not be removed from the target: ${why}`,
      'delete it yourself',
    );
  }

  /** Returns the error of the target; undefined if the write succeeded. */
  async #write(method: string, query: string, row?: object): Promise<string | undefined> {
    const answer = await this.#request(method, query, row === undefined ? '' : JSON.stringify(row, withoutBigints));
    return answer.status < 300 ? undefined : `HTTP ${answer.status} ${answer.body}`;
  }

  #request(method: string, query: string, body: string): Promise<HttpAnswer> {
    const { secret } = this.#exchange.given;
    const headers = new Headers({ apikey: secret, 'content-type': 'application/json', prefer: 'return=minimal' });
    const url = new URL(`http://target/rest/v1/${query}`);
    return requestTarget({ url: this.#settings.url, ...this.#exchange }, { method, url, headers, body });
  }
}

function withoutBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Conditions that the row meets: the plain values of the columns. */
function filtersFor(row: Readonly<Record<string, unknown>>, columns: readonly string[]): string {
  return columns
    .filter((column) => ['string', 'number', 'bigint', 'boolean'].includes(typeof row[column]))
    .map((column) => `${encodeURIComponent(column)}=eq.${encodeURIComponent(String(row[column]))}`)
    .join('&');
}

function notRestored(cause: unknown): EnvironmentError {
  const hint = 'see docs/REMOTE.md for the changes that may remain';
  return new EnvironmentError('remote-left', `the target may not be fully restored: ${reasonOf(cause)}`, hint, cause);
}

/** For a target without logical decoding. It does not have the capability `lag-exact`, so this is not called. */
const NO_COMMITS = { hasCommitBetween: () => Promise.reject(new Error('the order of commits is unknown')) };
/** The capabilities that require every commit to be known. */
const NEED_COMMITS: readonly Capability[] = ['commits', 'lag-exact'];

async function flushedLsn(database: Database): Promise<string> {
  return firstOf(await database<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`).lsn;
}

async function versionOf(database: Database | undefined): Promise<string> {
  if (database === undefined) return 'of the target';
  const rows = await database<{ version: string }[]>`select current_setting('server_version') as version`;
  return `PostgreSQL ${firstOf(rows).version} of the target`;
}
