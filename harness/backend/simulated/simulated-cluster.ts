/** The databases of a simulation: a primary, its commit log, and replicas that are views of the log. */
import type { Clock } from '../../clock.ts';
import { EnvironmentError, UsageError } from '../../errors.ts';
import { accessOf, type ApiKeys } from '../../gateway/api-access.ts';
import type { Lsn } from '../../history/lsn.ts';
import type { Cluster, ClusterOptions, DatabaseNode, NodeName, Promotion, TrackedTable } from '../../port/backend.ts';
import type { DatabaseModel, Row, Scalar } from '../../port/model.ts';
import { trackedCommit } from '../../tracked-values.ts';
import { Lag } from './simulated-lag.ts';
import { Machine } from './simulated-machine.ts';
import type { ReadAccess } from './call.ts';
import { createRest } from './simulated-rest.ts';
import { SimulatedReplica } from './simulated-replica.ts';
import { OpenTransaction } from './transaction.ts';
import { CommitLog, View, type Change } from './versioned-rows.ts';
import { formatTimestamp } from './values.ts';

const KEYS: ApiKeys = {
  publishable: 'sb_publishable_simulated',
  secret: 'sb_secret_simulated',
  jwtSecret: 'jwt-secret-of-a-simulation',
};

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { simulation } = options;
  if (simulation === undefined) throw new Error('the simulated backend runs only in a simulation');
  if (simulation.model === undefined) {
    throw new UsageError(
      'simulation-missing',
      'the subject has no database model for a simulation',
      'add a field `simulation` to the subject, or run it on another backend',
    );
  }
  return new SimulatedCluster(options, simulation.clock, simulation.epochMs, simulation.model);
}

class SimulatedCluster implements Cluster {
  readonly publishableKey = KEYS.publishable;
  readonly secretKey = KEYS.secret;
  readonly jwtSecret = KEYS.jwtSecret;
  readonly versions = { database: 'simulated', rest: 'simulated' };
  readonly primary: DatabaseNode;
  readonly replicas: readonly SimulatedReplica[];
  readonly #options: ClusterOptions;
  readonly #model: DatabaseModel;
  readonly #machine: Machine;
  readonly #clock: Clock;
  readonly #epochMs: number;
  readonly #log = new CommitLog();
  readonly #view = new View(this.#log);

  constructor(options: ClusterOptions, clock: Clock, epochMs: number, model: DatabaseModel) {
    this.#options = options;
    this.#clock = clock;
    this.#epochMs = epochMs;
    this.#model = model;
    const machine = (this.#machine = new Machine('primary', clock));
    const rest = this.#restOf(() => this.#begin(this.#view, false));
    this.primary = {
      name: 'primary',
      lsn: () => machine.whenItAnswers(() => this.#view.lsn),
      rest: (request) => machine.whenItAnswers(() => rest(request)),
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
    const startReplica = promoted.machine.outage('kill');
    const done = this.#clock.sleep(downMs).then(async () => {
      this.#log.cut(position);
      this.#view.rewind();
      for (const { lag } of this.replicas) lag.rewind();
      this.#reportRestored(lost, lsn, name);
      await startPrimary();
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
    const rest = this.#restOf(() => this.#begin(lag.current(), true));
    return new SimulatedReplica(name, machine, lag, rest);
  }

  #restOf(begin: () => OpenTransaction): DatabaseNode['rest'] {
    const commit = (transaction: OpenTransaction): void => this.#commit(transaction);
    const nowMs = (): number => this.#epochMs + this.#clock.now() / 1e6;
    const readAccess: ReadAccess = (sent) => accessOf(sent, KEYS, nowMs);
    const handle = createRest({ model: this.#model, readAccess, begin, commit });
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
    for (const change of entry.changes) {
      if (tracked !== undefined && isOf(tracked, change))
        onCommit({ ...trackedCommit(change.row, tracked), lsn: entry.lsn });
    }
  }

  /** Reports the current version of every row whose later versions are lost. */
  #reportRestored(lost: readonly Change[], lsn: Lsn, promoted: NodeName): void {
    const { tracked, onCommit } = this.#options;
    if (tracked === undefined) return;
    const rows = this.#view.rows(tracked.table);
    for (const id of new Set(lost.filter((change) => change.table === tracked.table).map((change) => change.id))) {
      const row = rows.get(id);
      if (row !== undefined) onCommit({ ...trackedCommit(row, tracked), lsn, promoted });
    }
  }
}

function isOf({ table }: TrackedTable, change: Change): change is Change & { row: Row } {
  return change.table === table && change.row !== undefined;
}
