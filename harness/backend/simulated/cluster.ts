/** The databases of a simulation: a primary, its log of commits, and replicas that are views of it. */
import type { Clock } from '../../clock.ts';
import { UsageError } from '../../errors.ts';
import type { Lsn } from '../../history/lsn.ts';
import type { Cluster, ClusterOptions, Commit, DatabaseNode, ReplicaNode, TrackedTable } from '../backend.ts';
import type { DatabaseModel, Row, Scalar } from '../model.ts';
import { Lag } from './lag.ts';
import { createRest, type RestHandler, type Role } from './rest.ts';
import { OpenTransaction } from './transaction.ts';
import { CommitLog, View } from './versions.ts';
import { formatTimestamp } from './values.ts';

const PUBLISHABLE_KEY = 'sb_publishable_simulated';
const SECRET_KEY = 'sb_secret_simulated';

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { simulation } = options;
  if (simulation === undefined) throw new Error('the simulated backend runs in a simulation only');
  if (simulation.model === undefined) {
    throw new UsageError(
      'simulation-missing',
      'the subject does not say what its database is to a simulation',
      'give it a `simulation` beside its migrations, or run it on another backend',
    );
  }
  return new SimulatedCluster(options, simulation.clock, simulation.epochMs, simulation.model);
}

class SimulatedCluster implements Cluster {
  readonly publishableKey = PUBLISHABLE_KEY;
  readonly secretKey = SECRET_KEY;
  readonly versions = { database: 'simulated', rest: 'simulated' };
  readonly primary: DatabaseNode;
  readonly replicas: readonly ReplicaNode[];
  readonly #options: ClusterOptions;
  readonly #model: DatabaseModel;
  readonly #clock: Clock;
  readonly #epochMs: number;
  readonly #log = new CommitLog();
  readonly #view = new View(this.#log);

  constructor(options: ClusterOptions, clock: Clock, epochMs: number, model: DatabaseModel) {
    this.#options = options;
    this.#clock = clock;
    this.#epochMs = epochMs;
    this.#model = model;
    this.primary = {
      name: 'primary',
      lsn: async () => this.#view.lsn,
      rest: this.#restOf(() => this.#begin(this.#view, false)),
    };
    this.replicas = Array.from({ length: options.replicas }, (_, at) => this.#replica(`replica-${at + 1}`));
  }

  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    const transaction = this.#begin(this.#view, false);
    transaction.insert(table, row as Record<string, Scalar>);
    this.#commit(transaction);
  }

  async commitsDelivered(): Promise<void> {}

  async close(): Promise<void> {}

  #replica(name: string): ReplicaNode {
    const lag = new Lag(name, this.#log, this.#clock, this.#options.tracked);
    return {
      name,
      lsn: async () => lag.current().lsn,
      rest: this.#restOf(() => this.#begin(lag.current(), true)),
      pause: async () => lag.pause(),
      holdAt: async (lsn) => lag.holdAt(lsn),
      delay: async (milliseconds) => lag.delay(milliseconds),
      resume: async () => lag.resume(),
    };
  }

  #restOf(begin: () => OpenTransaction): RestHandler {
    const commit = (transaction: OpenTransaction): void => this.#commit(transaction);
    const handle = createRest({ model: this.#model, roleOf, begin, commit });
    return async (request) => {
      try {
        return await handle(request);
      } catch (error) {
        // What it can answer it has answered: this is the simulation's own limit.
        this.#options.onDeath(error as Error);
        throw error;
      }
    };
  }

  #begin(view: View, isReadOnly: boolean): OpenTransaction {
    return new OpenTransaction({ model: this.#model, view, now: () => this.#timestamp(), isReadOnly });
  }

  #timestamp(): string {
    const microseconds = Math.floor(this.#clock.now() / 1e3);
    return formatTimestamp(this.#epochMs + Math.floor(microseconds / 1e6) * 1e3, microseconds % 1e6);
  }

  #commit({ changes }: OpenTransaction): void {
    if (changes.length === 0) return;
    const entry = this.#log.append(this.#clock.now(), changes);
    this.#view.advance(() => true);
    const { tracked, onCommit } = this.#options;
    for (const { table, row } of entry.changes) {
      if (tracked !== undefined && table === tracked.table && row !== undefined)
        onCommit(commitOf(row, tracked, entry.lsn));
    }
  }
}

function commitOf(row: Row, { key, generation, progress, status }: TrackedTable, lsn: Lsn): Commit {
  return {
    key: String(row[key] ?? ''),
    generation: generation === undefined ? 1 : Number(row[generation] ?? 1),
    progress: Number(row[progress] ?? 0),
    status: status === undefined || row[status] === null ? undefined : String(row[status]),
    lsn,
  };
}

function roleOf(apikey: string | null): Role | undefined {
  if (apikey === PUBLISHABLE_KEY) return 'anon';
  return apikey === SECRET_KEY ? 'service_role' : undefined;
}
