/** One run on an environment: what it uses and changes, and how all of it is undone. */
import { isDeepStrictEqual } from 'node:util';
import { EnvironmentError, UsageError } from '../errors.ts';
import type { Cluster, Commit, NodeName, Outage, ReplicaNode, TrackedTable, Undo } from '../port/backend.ts';
import type { ChangeFeed, ChangeTransaction } from '../port/stream.ts';
import { required } from '../required.ts';
import { rowKeyText } from '../tracked-values.ts';

/** The parts of an environment that a run uses. */
export interface EnvironmentParts {
  name: string;
  cluster: Cluster;
  tracked: TrackedTable | undefined;
}

/** @throws UsageError if the environment lacks what the run needs */
export function requireFit({ name, cluster, tracked }: EnvironmentParts, wanted: TrackedTable): void {
  const { table } = wanted;
  if (tracked === undefined || tracked.table !== table) {
    const followed = tracked === undefined ? 'no table' : `the table ${tracked.table}`;
    throw new UsageError(
      'up-table',
      `the environment ${name} reports the commits of ${followed}, but the subject keeps its progress in ${table}`,
      'start `ratchet up` with the --subject of the run',
    );
  }
  if (!isDeepStrictEqual(withoutUndefined(tracked), withoutUndefined(wanted))) {
    throw new UsageError(
      'up-table',
      `the subject of the environment ${name} describes the table ${table} otherwise than the subject of the run`,
      'start `ratchet up` again with the --subject of the run',
    );
  }
  if (cluster.undoable === undefined) {
    throw new UsageError('up-lasting', `rows cannot be removed again from the databases of the environment ${name}`);
  }
}

function withoutUndefined(tracked: TrackedTable): unknown {
  return JSON.parse(JSON.stringify(tracked));
}

export class AttachedRun {
  readonly #environment: EnvironmentParts;
  readonly #onCommit: (commit: Commit) => void;
  readonly #undo: Undo[] = [];
  readonly #keys = new Set<string>();
  readonly #outages = new Map<number, Undo>();
  readonly #lagged = new Set<ReplicaNode>();
  #lastOutage = 0;
  #detaching: Promise<void> | undefined;

  /** @param onCommit is called with the commits of rows that the run has created */
  constructor(environment: EnvironmentParts, onCommit: (commit: Commit) => void) {
    this.#environment = environment;
    this.#onCommit = onCommit;
  }

  committed(commit: Commit): void {
    if (this.#keys.has(commit.key)) this.#onCommit(commit);
  }

  /** A replica whose lag the run may change. */
  laggable(name: NodeName): ReplicaNode {
    const replica = this.#replica(name);
    this.#lagged.add(replica);
    return replica;
  }

  /** Resolves to the number of the outage. */
  async beginOutage(name: NodeName, how: Outage): Promise<number> {
    const replica = this.#replica(name);
    const end = await required(replica.outage?.bind(replica), `the outages of ${name}`)(how);
    const number = ++this.#lastOutage;
    this.#outages.set(number, end);
    return number;
  }

  async endOutage(number: number): Promise<void> {
    const end = this.#outages.get(number);
    this.#outages.delete(number);
    await end?.();
  }

  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    const { tracked, cluster } = this.#environment;
    if (tracked !== undefined && table === tracked.table) this.#keys.add(rowKeyText(row, tracked));
    this.#undo.push(await required(cluster.undoable, 'changes that can be undone').insert(table, row));
  }

  async addUser(user: Parameters<NonNullable<Cluster['addUser']>>[0]): Promise<void> {
    const { undoable } = this.#environment.cluster;
    this.#undo.push(await required(undoable, 'changes that can be undone').addUser(user));
  }

  /** The changes of the environment, each of which is passed on to the run until it detaches. */
  async followChanges(pass: (transaction: ChangeTransaction) => void): Promise<ChangeFeed> {
    const { cluster } = this.#environment;
    const feed = await required(cluster.changes?.bind(cluster), 'the changes of the primary')();
    const stop = feed.follow(pass);
    this.#undo.push(async () => stop());
    return feed;
  }

  /**
   * Ends all outages and lags, and removes all rows.
   * @throws EnvironmentError with the first failure, after trying everything
   */
  detach(): Promise<void> {
    this.#detaching ??= this.#detach();
    return this.#detaching;
  }

  async #detach(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (undo: Undo): Promise<void> => undo().catch((error: unknown) => void failures.push(error));
    await Promise.all([...this.#outages.values()].map(attempt));
    await Promise.all([...this.#lagged].map((replica) => attempt(() => replica.resume())));
    for (const undo of this.#undo.splice(0).toReversed()) await attempt(undo);
    if (failures.length > 0) throw notRestored(this.#environment.name, failures[0]);
  }

  #replica(name: NodeName): ReplicaNode {
    const { replicas } = this.#environment.cluster;
    return required(
      replicas.find((replica) => replica.name === name),
      name,
    );
  }
}

function notRestored(name: string, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'up-left',
    `the environment ${name} may not be fully restored: ${(cause as Error).message}`,
    'remove what the run has left, or start the environment again',
    cause,
  );
}
