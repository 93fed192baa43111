/**
 * One PostgreSQL in this thread: PGlite, booted from a prepared data directory, with the time and the random values of
 * its user. `reset` returns it to the state after its start, byte by byte.
 */
import { setFlagsFromString } from 'node:v8';
import { MemoryFS, PGlite } from '@electric-sql/pglite';
import { required } from '../../../required.ts';
import { STUB_EXTENSIONS } from '../../postgres/supabase-sql.ts';
import { controlFile, scriptName } from '../../postgres/surroundings/stub-extension.ts';
import { EngineConnection } from './engine-connection.ts';
import { pack, unpack } from './file-archive.ts';
import type { EngineFiles, EngineModule } from './engine-module.ts';
import { PreparedStatements, type PreparedStatement } from './prepared-statements.ts';
import { OWNER, SessionSettings, settingStatement } from './session-settings.ts';
import type { Statement } from './sql-text.ts';
import { SqlError } from './wire-messages.ts';
import { FileUndo } from './file-undo.ts';
import { MemorySnapshot } from './memory-snapshot.ts';

/** Small buffers: the memory of an engine is compared and copied for every run. */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: '"$user", public, extensions',
  exit_on_error: 'false',
  log_checkpoints: 'false',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  io_method: 'sync',
  shared_buffers: '1MB',
  max_connections: '3',
  superuser_reserved_connections: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '256kB',
  commit_timestamp_buffers: '128kB',
  multixact_member_buffers: '128kB',
  multixact_offset_buffers: '128kB',
  notify_buffers: '128kB',
  serializable_buffers: '128kB',
  subtransaction_buffers: '128kB',
  transaction_buffers: '128kB',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  track_counts: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
  log_startup_progress_interval: '0',
  max_prepared_transactions: '2',
};

/** What every start needs: single-user mode, no synchronisation, whole messages as queries. */
const FLAGS = ['--single', '-F', '-O', '-j'];

const DATA_FOLDER = '/pglite/data';
const EXTENSION_FOLDER = '/pglite/share/postgresql/extension';

export interface EngineOptions {
  /** The data directory, as `dump` returns it, for this engine alone. Without it, a new one is made, which takes seconds. */
  data?: Uint8Array | undefined;
  /** Additional extensions: name → the archive of its files. */
  extensions?: Readonly<Record<string, URL>>;
}

/** A file system that contains a data directory before the engine starts. */
class PreparedFiles extends MemoryFS {
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    super();
    this.#data = data;
  }

  override async initialSyncFs(): Promise<void> {
    unpack(required(this.pg, 'the engine').Module.FS as unknown as EngineFiles, DATA_FOLDER, this.#data);
  }
}

export class Engine {
  readonly connection: EngineConnection;
  readonly module: EngineModule;
  readonly #pglite: PGlite;
  session = new SessionSettings(true);
  #canSettingsChange = true;
  #memory: MemorySnapshot | undefined;
  #prepared = new PreparedStatements();
  #files: FileUndo | undefined;
  /** Statements that cannot be rehearsed, with their roles. */
  readonly #unrepeatable = new Set<string>();
  #randomBytes = 0;
  #random: () => number = () => 0;

  private constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.module = pglite.Module as unknown as EngineModule;
    this.connection = new EngineConnection(this.module);
  }

  static async boot({ data, extensions = {} }: EngineOptions): Promise<Engine> {
    // Each compilation that runs at the same time takes tens of megabytes, which the allocator keeps.
    setFlagsFromString('--wasm-num-compilation-tasks=1');
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const pglite = await PGlite.create({
      initDbStartParams: ['--wal-segsize=1'],
      startParams: [...FLAGS, ...settings],
      extensions: { ...extensions },
      ...(data === undefined ? {} : { fs: new PreparedFiles(data) }),
    });
    const engine = new Engine(pglite);
    engine.#addStubs();
    return engine;
  }

  /** Extensions that PGlite does not ship, where it finds its own. */
  #addStubs(): void {
    const { FS } = this.module;
    for (const stub of STUB_EXTENSIONS) {
      const control = `${EXTENSION_FOLDER}/${stub.name}.control`;
      if (FS.analyzePath(control).exists) continue;
      FS.writeFile(control, controlFile(stub));
      FS.writeFile(`${EXTENSION_FOLDER}/${scriptName(stub)}`, stub.sql);
    }
  }

  /**
   * Keeps the current state for `reset`. Every library must have been loaded: loading cannot be undone.
   * @param canSettingsChange whether something in the database may change settings for later transactions
   */
  keepState(canSettingsChange: boolean): void {
    this.#canSettingsChange = canSettingsChange;
    for (const device of ['random', 'urandom']) {
      this.module.FS.unlink(`/dev/${device}`);
      this.module.FS.createDevice('/dev', device, () => this.#randomByte());
    }
    this.#files = new FileUndo(this.module.FS, DATA_FOLDER, `${DATA_FOLDER}/PG_VERSION`);
    this.#memory = new MemorySnapshot(this.module);
    this.#prepared = this.connection.prepared.copy();
  }

  #randomByte(): number {
    this.#randomBytes += 1;
    return Math.floor(this.#random() * 256);
  }

  /** Returns to the kept state. Time and random values come from the arguments from now on. */
  reset(now: () => number, random: () => number): void {
    const used = this.connection.prepared.all();
    this.#restore();
    if (used.some(({ text, role }) => this.#isNew(text, role))) this.#rehearse(used);
    this.connection.now = now;
    this.#random = random;
    this.connection.finish([{ text: 'select setseed($1)', values: [String(random() * 2 - 1)] }], '');
  }

  #isNew(text: string, role: string): boolean {
    return this.#prepared.nameOf(text, role) === undefined && !this.#unrepeatable.has(`${role} ${text}`);
  }

  /** E.g. because it needs a table that only runs create. */
  #isUnprepared(text: string, role: string): boolean {
    return this.connection.prepared.nameOf(text, role) === undefined;
  }

  #restore(): void {
    this.#memory?.restore();
    this.#files?.restore();
    this.connection.prepared = this.#prepared.copy();
    this.session = new SessionSettings(this.#canSettingsChange);
  }

  /** For statements of `connection`, which run with the settings of an earlier transaction. */
  becomeOwner(): void {
    this.connection.query('reset role');
    this.session.ended(OWNER, false);
  }

  /**
   * Runs statements that a run has used, and keeps the state, so that later runs find them prepared, and what they need of
   * the catalogue in memory. They run in read-only transactions that are rolled back, so that nothing else changes: those
   * that write end in an error when they begin to.
   */
  #rehearse(used: readonly PreparedStatement[]): void {
    this.connection.stopClock();
    for (const { text, values, role } of used) {
      if (!this.#isNew(text, role)) continue;
      const bytesBefore = this.#randomBytes;
      this.#tryOut({ text, values }, role);
      if (this.#randomBytes === bytesBefore) continue;
      // Generators of identifiers keep something, such as the node of `uuid_generate_v1`.
      this.#unrepeatable.add(`${role} ${text}`);
      this.#restore();
      this.#rehearse(used);
      return;
    }
    for (const { text, role } of used) if (this.#isUnprepared(text, role)) this.#unrepeatable.add(`${role} ${text}`);
    this.#memory?.keep();
    this.#files?.keep();
    this.#prepared = this.connection.prepared.copy();
  }

  #tryOut(statement: Statement, role: string): void {
    const { connection } = this;
    connection.query('begin read only');
    try {
      const setting = settingStatement(role === '' ? {} : { role }, false);
      connection.execute(setting === undefined ? [statement] : [setting, statement], role);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
    connection.finish([], role);
    connection.query('rollback; select pg_advisory_unlock_all()');
  }

  /** The data directory, as one archive. */
  dump(): Uint8Array {
    this.connection.query('checkpoint');
    return pack(this.module.FS, DATA_FOLDER);
  }

  async close(): Promise<void> {
    await this.#pglite.close();
  }
}
