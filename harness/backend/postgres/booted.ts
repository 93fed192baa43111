/** What a backend of PostgreSQL servers is told to bring up, and what it hands over when it is up. */
import type { EnvironmentError } from '../../errors.ts';
import type { ClusterOptions } from '../../port/backend.ts';
import type { Address } from './address.ts';
import type { CommitFeed } from './commit-feed.ts';
import type { Keys } from './keys.ts';
import type { Line } from './line.ts';
import type { Machines } from './server-machines.ts';
import type { ServerNode, ServerReplica } from './node.ts';
import type { Scope } from '../../lifetime/scope.ts';

export interface BootOptions {
  cluster: ClusterOptions;
  keys: Keys;
  scope: Scope;
  /** Of a server, which is named, or of something else. */
  onFailure(reason: EnvironmentError, server?: string): void;
}

export interface PrimaryLink {
  node: ServerNode;
  address: Address;
  /** Connections as the database's owner. */
  owner: Line;
  commits: CommitFeed;
  /** While there is none: the promise of the next. */
  successor: Promise<void> | undefined;
}

export interface Booted {
  primary: PrimaryLink;
  replicas: readonly ServerReplica[];
  /** Where the backend can promote. */
  machines?: Machines;
  versions: Record<string, string>;
}
