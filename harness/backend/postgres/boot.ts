/** The interface of a backend's `boot` function, which starts PostgreSQL servers: its options and its result. */
import type { EnvironmentError } from '../../errors.ts';
import type { ClusterOptions } from '../../port/backend.ts';
import type { Address } from './address.ts';
import type { CommitFeed } from './commit-feed.ts';
import type { Keys } from './api-keys.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { PromotionOperations } from './promotion-operations.ts';
import type { ServerNode, ServerReplica } from './server-node.ts';
import type { Teardown } from '../../lifetime/teardown.ts';

export interface BootOptions {
  cluster: ClusterOptions;
  keys: Keys;
  teardown: Teardown;
  /** Reports an unexpected failure; `server` names the server that failed, if it was one. */
  onFailure(reason: EnvironmentError, server?: string): void;
}

export interface PrimaryServer {
  node: ServerNode;
  address: Address;
  /** Connections as the database's owner. */
  owner: ReconnectingClient;
  commits: CommitFeed;
  /** See `Cluster.notes`. */
  notes: readonly string[];
  /** Pending during a promotion: resolves when the new primary is up. Otherwise undefined. */
  successor: Promise<void> | undefined;
}

export interface BootedServers {
  primary: PrimaryServer;
  replicas: readonly ServerReplica[];
  /** Present if the backend has the capability `promotion`. */
  promotion?: PromotionOperations;
  versions: Record<string, string>;
}
