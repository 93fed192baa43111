/**
 * One PostgreSQL in this thread: PGlite, booted from a prepared data directory, with the time and the random values of
 * its user. `reset` returns it to the state after its start, byte by byte.
 */
import { PGlite } from '@electric-sql/pglite';
import { STUB_EXTENSIONS } from '../../postgres/supabase-sql.ts';
import { controlFile, scriptName } from '../../postgres/surroundings/stub-extension.ts';
import { EngineConnection } from './engine-connection.ts';
import type { EngineModule } from './engine-module.ts';
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
  log_startup_progress_interval: '0',
  max_prepared_transactions: '2',
};

/** What every start needs: single-user mode, no synchronisation, whole messages as queries. */
const FLAGS = ['--single', '-F', '-O', '-j'];

const DATA_FOLDER = '/pglite/data';
const EXTENSION_FOLDER = '/pglite/share/postgresql/extension';

export interface EngineOptions {
  /** The data directory, as a tar archive. Without it, a new one is made, which takes seconds. */
  data?: Uint8Array | undefined;
  /** Additional extensions: name → the archive of its files. */
  extensions?: Readonly<Record<string, URL>>;
}

export class Engine {
  readonly connection: EngineConnection;
  readonly module: EngineModule;
  readonly #pglite: PGlite;
  #memory: MemorySnapshot | undefined;
  #files: FileUndo | undefined;
  #random: () => number = () => 0;

  private constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.module = pglite.Module as unknown as EngineModule;
    this.connection = new EngineConnection(this.module);
  }

  static async boot({ data, extensions = {} }: EngineOptions): Promise<Engine> {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const pglite = await PGlite.create({
      initDbStartParams: ['--wal-segsize=1'],
      startParams: [...FLAGS, ...settings],
      extensions: { ...extensions },
      ...(data === undefined ? {} : { loadDataDir: new Blob([data as Uint8Array<ArrayBuffer>]) }),
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

  /** Keeps the current state for `reset`. Every library must have been loaded: loading cannot be undone. */
  keepState(): void {
    for (const device of ['random', 'urandom']) {
      this.module.FS.unlink(`/dev/${device}`);
      this.module.FS.createDevice('/dev', device, () => Math.floor(this.#random() * 256));
    }
    this.#files = new FileUndo(this.module.FS, DATA_FOLDER, `${DATA_FOLDER}/PG_VERSION`);
    this.#memory = new MemorySnapshot(this.module);
  }

  /** Returns to the kept state. Time and random values come from the arguments from now on. */
  reset(now: () => number, random: () => number): void {
    this.#memory?.restore();
    this.#files?.restore();
    this.connection.now = now;
    this.#random = random;
    this.connection.query(`select setseed(${random() * 2 - 1})`);
  }

  /** The data directory, as a tar archive. */
  async dump(): Promise<Uint8Array> {
    this.connection.query('checkpoint');
    return new Uint8Array(await (await this.#pglite.dumpDataDir('none')).arrayBuffer());
  }

  async close(): Promise<void> {
    await this.#pglite.close();
  }
}
