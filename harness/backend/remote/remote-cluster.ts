/** The target as the port sees it; and what a run added to it is taken away again. */
import { EnvironmentError, RatchetError } from '../../errors.ts';
import type { Capability, Cluster, ClusterOptions, DatabaseNode } from '../../port/backend.ts';
import { makeKeys, type Keys } from '../postgres/api-keys.ts';
import { CommitPoll } from './remote-commits.ts';
import { connectionOf, openDatabase, type Database } from './remote-database.ts';
import { RESUME_REPLAY, RemoteReplica } from './remote-replica.ts';
import { askTarget, keyHeaders } from './remote-rest.ts';
import type { Settings } from './remote-settings.ts';
import { reasonOf } from './target.ts';
import { startWatchdog } from './remote-watchdog.ts';

/** The application's own; the target's are exchanged for them at the border. */
interface Border {
  real: Keys;
  given: Keys;
}

/** What must be given up in the end, in the order in which it was had. */
type Undo = () => Promise<void>;

/** Connects to what was looked at. Whatever fails, nothing stays open or paused. */
export async function connectTarget(settings: Settings, options: ClusterOptions): Promise<Cluster> {
  const undo: Undo[] = [];
  const target = new Target(settings, undo);
  try {
    return await target.connect(options);
  } catch (error) {
    await target.close().catch(() => undefined);
    throw error;
  }
}

class Target {
  readonly #settings: Settings;
  readonly #undo: Undo[];
  readonly #border: Border;
  readonly #keys = new Set<string>();
  readonly #watchdog = startWatchdog();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings, undo: Undo[]) {
    this.#settings = settings;
    this.#undo = undo;
    this.#border = { real: { publishable: settings.publishableKey, secret: settings.secretKey }, given: makeKeys() };
  }

  async connect(options: ClusterOptions): Promise<Cluster> {
    const { databaseUrl } = this.#settings;
    const { ownsTarget } = options;
    const open = async (url: string, variable: string, isReplica: boolean): Promise<Database> => {
      const database = await openDatabase({ url, variable, isReplica, ownsTarget });
      this.#undo.push(() => database.end({ timeout: 0 }));
      return database;
    };
    const openPrimary = () => open(databaseUrl!, 'RATCHET_REMOTE_DATABASE_URL', false);
    const control = databaseUrl === undefined ? undefined : await openPrimary();
    const { commits, lacks } = await this.#follow(options, control === undefined ? undefined : openPrimary);
    const primary = this.#node('primary', this.#settings.url, control);
    const replicas: RemoteReplica[] = [];
    for (const [at, replica] of this.#settings.replicas.slice(0, options.replicas).entries()) {
      const database = await open(replica.databaseUrl, 'RATCHET_REMOTE_REPLICA_DATABASE_URLS', true);
      const node = new RemoteReplica({
        name: `replica-${at + 1}`,
        database,
        rest: (request) => askTarget({ url: replica.url, ...this.#border }, request),
        commits: commits ?? NO_COMMITS,
        primary: {
          flushedLsn: () => flushedLsn(control!),
          nudge: async () => void (await control!`select pg_logical_emit_message(false, 'ratchet', '')`),
        },
      });
      // Whoever paused it before may be gone.
      await node.release();
      this.#watchdog.owe({ query: { connection: connectionOf(replica.databaseUrl), sql: RESUME_REPLAY } });
      this.#undo.push(() => node.release());
      replicas.push(node);
    }
    const { publishable, secret } = this.#border.given;
    return {
      primary,
      replicas,
      publishableKey: publishable,
      secretKey: secret,
      versions: { database: await versionOf(control), rest: 'of the target' },
      ...(lacks === undefined ? {} : { lacks }),
      insert: (table, row) => this.#insert(table, row, options),
      commitsDelivered: async () => commits?.delivered(),
      close: () => this.close(),
    };
  }

  /** Rejects when something of the run could not be taken away; all else is. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#undo.splice(0).toReversed()) await step().catch((error) => failures.push(error));
    await this.#watchdog.dismiss();
    const [failure] = failures;
    if (failure !== undefined) throw failure instanceof RatchetError ? failure : notLeft(failure);
  }

  async #follow(
    options: ClusterOptions,
    open: (() => Promise<Database>) | undefined,
  ): Promise<{ commits?: CommitPoll; lacks?: Cluster['lacks'] }> {
    const { tracked } = options;
    const unknown = (why: string) => ({
      lacks: { capabilities: BY_COMMITS, because: `the order of commits is unknown: ${why}` },
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
      this.#undo.push(() => commits.close());
      return { commits };
    } catch (error) {
      return unknown(`its database permits no logical decoding (${(error as Error).message})`);
    }
  }

  #node(name: string, url: string, control: Database | undefined): DatabaseNode {
    return {
      name,
      rest: (request) => askTarget({ url, ...this.#border }, request),
      lsn: async () => (control === undefined ? undefined : flushedLsn(control)),
    };
  }

  /** By REST, as the server of the application would. A row that is there already is somebody else's. */
  async #insert(table: string, row: Readonly<Record<string, unknown>>, { tracked }: ClusterOptions): Promise<void> {
    const column = tracked?.key ?? 'id';
    const key = String(row[column]);
    this.#keys.add(key);
    const inserted = await this.#write('POST', encodeURIComponent(table), row);
    if (inserted === undefined) {
      const query = `${encodeURIComponent(table)}?${encodeURIComponent(column)}=eq.${encodeURIComponent(key)}`;
      const { url, secretKey } = this.#settings;
      this.#watchdog.owe({ ask: { url: `${url}/rest/v1/${query}`, method: 'DELETE', headers: keyHeaders(secretKey) } });
      this.#undo.push(() => this.#remove(key, query));
      return;
    }
    if (!inserted.includes('23505')) throw new Error(inserted);
    throw new Error(`${key} is there already; another run uses it, or one that was killed has left it: then delete it`);
  }

  async #remove(key: string, query: string): Promise<void> {
    const why = await this.#write('DELETE', query).catch(reasonOf);
    if (why === undefined) return;
    throw new EnvironmentError(
      'remote-row-left',
      `${key} could not be removed from the target: ${why}`,
      'delete it there',
    );
  }

  /** What the target says against it, if anything. */
  async #write(method: string, query: string, row?: object): Promise<string | undefined> {
    const { secret } = this.#border.given;
    const headers = new Headers({ apikey: secret, 'content-type': 'application/json', prefer: 'return=minimal' });
    const url = new URL(`http://target/rest/v1/${query}`);
    const body = row === undefined ? '' : JSON.stringify(row);
    const answer = await askTarget({ url: this.#settings.url, ...this.#border }, { method, url, headers, body });
    return answer.status < 300 ? undefined : `HTTP ${answer.status} ${answer.body}`;
  }
}

function notLeft(cause: unknown): EnvironmentError {
  const hint = 'see docs/REMOTE.md for what may stay behind';
  return new EnvironmentError('remote-left', `the target may not be as it was: ${reasonOf(cause)}`, hint, cause);
}

/** Of a target that permits no decoding, on which no exact lag is asked for. */
const NO_COMMITS = { hasCommitBetween: () => Promise.reject(new Error('the order of commits is unknown')) };
/** What takes knowing every commit. */
const BY_COMMITS: readonly Capability[] = ['commits', 'lag-exact'];

async function flushedLsn(database: Database): Promise<string> {
  const [row] = await database<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`;
  return row!.lsn;
}

async function versionOf(database: Database | undefined): Promise<string> {
  if (database === undefined) return 'of the target';
  const [row] = await database<{ version: string }[]>`select current_setting('server_version') as version`;
  return `PostgreSQL ${row!.version} of the target`;
}
