/** What a backend of PostgreSQL servers is told to bring up, and what it hands over when it is up. */
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
  /** Of a server, which is named, or of something else. */
  onFailure(reason: EnvironmentError, server?: string): void;
}

export interface PrimaryServer {
  node: ServerNode;
  address: Address;
  /** Connections as the database's owner. */
  owner: ReconnectingClient;
  commits: CommitFeed;
  /** While there is none: the promise of the next. */
  successor: Promise<void> | undefined;
}

export interface BootedServers {
  primary: PrimaryServer;
  replicas: readonly ServerReplica[];
  /** Where the backend can promote. */
  machines?: PromotionOperations;
  versions: Record<string, string>;
}
