/** Starts a cluster of PostgreSQL servers, implements the port's `Cluster` for it, and shuts it down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { compareLsn } from '../../history/lsn.ts';
import type { Backend, Cluster, ClusterOptions, NodeName, Promotion } from '../../port/backend.ts';
import type { SignedInUser } from '../../port/session.ts';
import type { ChangeFeed } from '../../port/stream.ts';
import { insertStatement } from '../insert-statement.ts';
import { ADD_USER, userParameters } from '../user-statement.ts';
import type { BootedServers, BootOptions } from './boot.ts';
import { explainFullDisk } from './full-disk.ts';
import type { Keys } from './api-keys.ts';
import { makeKeys } from './api-keys.ts';
import type { ServerNode, ServerReplica } from './server-node.ts';
import { FailureReporter, type FailureListener } from './failure-reporter.ts';
import type { PromotionOperations } from './promotion-operations.ts';
import { followChanges } from './server-changes.ts';
import { promote } from './server-promotion.ts';
import { undoableChanges } from './undoable-changes.ts';
import { Teardown } from '../../lifetime/teardown.ts';

/** A backend of PostgreSQL servers, whose clusters also accept SQL; the port itself does not offer that. */
export interface ServerBackend extends Backend {
  start(options: ClusterOptions): Promise<ServerCluster>;
}

const SCHEMA_WITHIN_MS = 500;
const CHANGES_SCHEMA = /\b(create|alter|drop|grant|revoke|comment)\b/i;

/** Starts a cluster by `boot`. Rejects with the first failure, or with the signal's reason, after cleaning up. */
export async function startCluster(
  options: ClusterOptions,
  boot: (options: BootOptions) => Promise<BootedServers>,
): Promise<ServerCluster> {
  options.signal?.throwIfAborted();
  const keys = options.keys ?? makeKeys();
  const teardown = new Teardown();
  const abort = (): void => teardown.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  const failures = new FailureReporter((reason) => teardown.abort(reason));
  const onFailure = (reason: EnvironmentError, server?: string): void => failures.report(reason, server);
  const booting = boot({ cluster: options, keys, teardown, onFailure });
  try {
    const booted = await untilAborted(booting, teardown.signal);
    const cluster = new ServerCluster(booted, { keys, teardown, failures });
    failures.setListener((reason, server) => cluster.failed(reason, server, options));
    return cluster;
  } catch (error) {
    failures.ignore();
    teardown.abort(error);
    await teardown.run(booting);
    throw explainFullDisk(error);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

export class ServerCluster implements Cluster {
  readonly primary: ServerNode;
  readonly replicas: readonly ServerReplica[];
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  readonly versions: Record<string, string>;
  readonly notes: readonly string[];
  readonly undoable: NonNullable<Cluster['undoable']>;
  readonly promote?: NonNullable<Cluster['promote']>;
  readonly #booted: BootedServers;
  readonly #teardown: Teardown;
  readonly #failures: FailureReporter;
  #closing: Promise<void> | undefined;
  #changes: Promise<ChangeFeed> | undefined;
  #isDeathReported = false;

  constructor(
    booted: BootedServers,
    { keys, teardown, failures }: { keys: Keys; teardown: Teardown; failures: FailureReporter },
  ) {
    this.primary = booted.primary.node;
    this.replicas = booted.replicas;
    this.publishableKey = keys.publishable;
    this.secretKey = keys.secret;
    this.jwtSecret = keys.jwtSecret;
    this.versions = booted.versions;
    this.notes = booted.primary.notes;
    this.undoable = undoableChanges((sql, parameters) => this.query(sql, parameters));
    this.#booted = booted;
    this.#teardown = teardown;
    this.#failures = failures;
    const { promotion } = booted;
    if (promotion) this.promote = (replica, downMs) => this.#promote(promotion, replica, downMs);
  }

  #promote(operations: PromotionOperations, replica: NodeName, downMs: number): Promise<Promotion> {
    const { primary, replicas } = this.#booted;
    const onFailure: FailureListener = (reason, server) => this.#failures.report(reason, server);
    const context = { primary, replicas, operations, teardown: this.#teardown, onFailure };
    return this.primary.liveness.guard(() => promote(replica, downMs, context));
  }

  async insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    await this.query(insertStatement(table, Object.keys(row)), Object.values(row));
  }

  async addUser(user: SignedInUser): Promise<void> {
    await this.query(ADD_USER, userParameters(user));
  }

  /** Runs SQL on the primary as the owner. */
  async query(sql: string, parameters: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const run = (): Promise<Record<string, unknown>[]> => this.#booted.primary.owner.unsafe(sql, parameters);
    const rows = await this.primary.liveness.guard(run).catch((error: unknown) => {
      throw explainFullDisk(error);
    });
    if (CHANGES_SCHEMA.test(sql)) await this.#notifySchemaChange();
    return rows.map((row) => ({ ...row }));
  }

  /**
   * A REST layer may read the schema from its own database, so it is notified once that has the change. A replica that
   * is held back is not waited for.
   */
  async #notifySchemaChange(): Promise<void> {
    const target = await this.primary.lsn();
    const deadline = performance.now() + SCHEMA_WITHIN_MS;
    const notify = async (node: ServerNode): Promise<void> => {
      const isBehind = async (): Promise<boolean> => compareLsn(await node.lsn(), target) < 0;
      while (performance.now() < deadline && (await isBehind())) await sleep(5);
      await node.restNode.schemaChanged();
    };
    await Promise.all(this.#nodes().map(notify));
  }

  changes(): Promise<ChangeFeed> {
    this.#changes ??= this.#followChanges();
    return this.#changes;
  }

  async #followChanges(): Promise<ChangeFeed> {
    const { primary } = this.#booted;
    const changes = await followChanges({
      owner: primary.owner,
      address: () => primary.address,
      flush: () => primary.node.flush(),
    });
    this.#teardown.add('disconnect', () => changes.close());
    return changes;
  }

  async commitsDelivered(): Promise<void> {
    const { commits } = this.#booted.primary;
    await this.primary.liveness.guard(async () => commits.deliveredUpTo(await this.primary.flush()));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Marks the failed server as down, and reports the first failure to the user of the cluster. */
  failed(reason: EnvironmentError, server: string | undefined, { onDeath }: ClusterOptions): void {
    this.#nodes()
      .find(({ name }) => name === server)
      ?.liveness.end(reason);
    if (this.#isDeathReported) return;
    this.#isDeathReported = true;
    onDeath(reason);
  }

  async #close(): Promise<void> {
    this.#failures.ignore();
    const reason = new EnvironmentError('cluster-closed', 'The cluster has been closed.');
    for (const node of this.#nodes()) node.liveness.end(reason);
    this.#teardown.abort(reason);
    await this.#teardown.run(this.#booted.primary.successor);
  }

  #nodes(): ServerNode[] {
    return [this.primary, ...this.replicas];
  }
}
