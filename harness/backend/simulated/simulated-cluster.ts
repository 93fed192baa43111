/** The databases of a simulation: a primary, its commit log, and replicas that are views of the log. */
import type { Clock } from '../../clock.ts';
import { EnvironmentError } from '../../errors.ts';
import { accessOf, type ApiKeys } from '../../gateway/api-access.ts';
import type { Lsn } from '../../history/lsn.ts';
import type {
  Cluster,
  ClusterOptions,
  DatabaseNode,
  NodeName,
  Promotion,
  SimulationOptions,
  TrackedTable,
} from '../../port/backend.ts';
import type { Row } from '../../port/model.ts';
import type { SignedInUser } from '../../port/session.ts';
import type { ChangeFeed, RowChange } from '../../port/stream.ts';
import { trackedCommit } from '../../tracked-values.ts';
import { Lag } from './simulated-lag.ts';
import { Machine } from './simulated-machine.ts';
import { ModelStore } from './model-store.ts';
import { PgliteDatabase } from './pglite/pglite-database.ts';
import { PgliteStore } from './pglite/pglite-store.ts';
import { SimulatedChanges } from './simulated-changes.ts';
import { SimulatedReplica } from './simulated-replica.ts';
import type { SimulatedStore, StoreOptions } from './simulated-store.ts';
import { CommitLog, View, type Change, type LogEntry } from './versioned-rows.ts';

const KEYS: ApiKeys = {
  publishable: 'sb_publishable_simulated',
  secret: 'sb_secret_simulated',
  jwtSecret: 'jwt-secret-of-a-simulation',
};

/** Starts from the model of the subject, if it has one, otherwise from the database that its migrations have made. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { simulation } = options;
  if (simulation === undefined) throw new Error('the simulated backend runs only in a simulation');
  const { model, database } = simulation;
  if (model !== undefined) return new SimulatedCluster(options, simulation, (store) => new ModelStore(model, store));
  if (!(database instanceof PgliteDatabase))
    throw new Error('the simulated backend needs a model or a prepared database');
  return new SimulatedCluster(options, simulation, (store) => new PgliteStore(database, options.migrations, store));
}

class SimulatedCluster implements Cluster {
  readonly publishableKey = KEYS.publishable;
  readonly secretKey = KEYS.secret;
  readonly jwtSecret = KEYS.jwtSecret;
  readonly versions: Readonly<Record<string, string>>;
  readonly primary: DatabaseNode;
  readonly replicas: readonly SimulatedReplica[];
  readonly #options: ClusterOptions;
  readonly #store: SimulatedStore;
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #log = new CommitLog();
  readonly #view = new View(this.#log);
  readonly #dateMs: () => number;
  #changes: SimulatedChanges | undefined;

  constructor(
    options: ClusterOptions,
    { clock, epochMs, random }: SimulationOptions,
    storeOf: (options: StoreOptions) => SimulatedStore,
  ) {
    this.#options = options;
    this.#clock = clock;
    const dateMs = (): number => epochMs + clock.now() / 1e6;
    this.#dateMs = dateMs;
    this.#store = storeOf({
      primary: this.#view,
      log: this.#log,
      readAccess: (sent) => accessOf(sent, KEYS, dateMs),
      dateMs,
      random,
      onCommit: (changes, published) => this.#commit(changes, published),
    });
    this.versions = { database: this.#store.version, rest: 'simulated' };
    const machine = (this.#machine = new Machine('primary', clock));
    const rest = this.#restOf(() => this.#view, false);
    this.primary = {
      name: 'primary',
      lsn: () => machine.whenItAnswers(() => this.#view.lsn),
      rest: (request) => machine.whenItAnswers(() => rest(request)),
    };
    this.replicas = Array.from({ length: options.replicas }, (_, at) => this.#replica(`replica-${at + 1}`));
  }

  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    this.#store.insert(table, row);
  }

  async addUser(user: SignedInUser): Promise<void> {
    this.#store.addUser(user);
  }

  async changes(): Promise<ChangeFeed> {
    this.#changes ??= new SimulatedChanges(this.#store.published());
    return this.#changes;
  }

  async commitsDelivered(): Promise<void> {}

  async close(): Promise<void> {
    this.#store.close();
  }

  /** Replicas receive nothing more from the old primary. */
  async promote(name: NodeName, downMs: number): Promise<Promotion> {
    const { tracked } = this.#options;
    const promoted = this.replicas.find((replica) => replica.name === name);
    if (promoted === undefined || !promoted.machine.isAnswering || !this.#machine.isAnswering) {
      throw new EnvironmentError(
        'simulated-no-promotion',
        `${name} cannot be promoted: the replica or the primary is already down`,
      );
    }
    for (const { lag } of this.replicas) lag.current();
    const { lsn, position } = promoted.lag.current();
    const lost = this.#log.entries.filter((entry) => entry.position > position).flatMap(({ changes }) => changes);
    const startPrimary = this.#machine.outage('kill');
    this.#changes?.slot('lost');
    const startReplica = promoted.machine.outage('kill');
    const done = this.#clock.sleep(downMs).then(async () => {
      this.#log.cut(position);
      this.#view.rewind();
      this.#store.rewind(this.#view);
      for (const { lag } of this.replicas) lag.rewind();
      this.#reportRestored(lost, lsn, name);
      await startPrimary();
      this.#changes?.slot('created');
    });
    return {
      lsn,
      commitsLost: tracked === undefined ? 0 : lost.filter((change) => isOf(tracked, change)).length,
      async replace() {
        await done;
        await startReplica();
      },
    };
  }

  #replica(name: string): SimulatedReplica {
    const machine = new Machine(name, this.#clock);
    const isReceiving = (): boolean => machine.isReceiving && this.#machine.isAnswering;
    const lag = new Lag(name, this.#log, this.#clock, this.#options.tracked, isReceiving);
    const rest = this.#restOf(() => lag.current(), true);
    return new SimulatedReplica(name, machine, lag, rest);
  }

  #restOf(view: () => View, isReadOnly: boolean): DatabaseNode['rest'] {
    const handle = this.#store.rest(view, isReadOnly);
    return (request) => {
      try {
        return handle(request);
      } catch (error) {
        // Errors of the request have been answered; this one means that the simulation lacks a feature.
        this.#options.onDeath(error as Error);
        throw error;
      }
    };
  }

  #commit(changes: readonly Change[], published: () => readonly RowChange[]): LogEntry {
    const entry = this.#log.append(this.#clock.now(), changes);
    this.#changes?.committed(published, this.#dateMs());
    this.#view.advance(() => true);
    const { tracked, onCommit } = this.#options;
    for (const change of entry.changes) {
      if (tracked !== undefined && isOf(tracked, change))
        onCommit({ ...trackedCommit(change.row, tracked), lsn: entry.lsn });
    }
    return entry;
  }

  /** Reports the current version of every row whose later versions are lost. */
  #reportRestored(lost: readonly Change[], lsn: Lsn, promoted: NodeName): void {
    const { tracked, onCommit } = this.#options;
    if (tracked === undefined) return;
    for (const id of new Set(lost.filter((change) => change.table === tracked.table).map((change) => change.id))) {
      const row = this.#store.find(tracked.table, id);
      if (row !== undefined) onCommit({ ...trackedCommit(row, tracked), lsn, promoted });
    }
  }
}

function isOf({ table }: TrackedTable, change: Change): change is Change & { row: Row } {
  return change.table === table && change.row !== undefined;
}
