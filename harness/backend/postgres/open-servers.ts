/** Connects to running servers: control connections, the REST layer of each server, the commit feed, the lag. */
import type { Lsn } from '../../history/lsn.ts';
import type { ReplicaNode } from '../../port/backend.ts';
import type { Address } from './address.ts';
import type { BootOptions, PrimaryServer } from './boot.ts';
import type { CommitFeed } from './commit-feed.ts';
import { startCommitFeed } from './commit-feed.ts';
import { connectTo } from './connect.ts';
import { reconnectingClient, type ReconnectingClient } from './reconnecting-client.ts';
import { applyMigrations } from './apply-migrations.ts';
import { ServerNode, ServerReplica } from './server-node.ts';
import { ReplicaLag } from './replica-lag.ts';
import type { RestNode } from './rest-node.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import { stubNotes } from './stub-notes.ts';
import type { WalProxy } from './wal-proxy.ts';

/** A server that accepts connections, and its REST layer. */
export interface OpenServer {
  name: string;
  address: Address;
  rest: RestNode;
  /** The last lines of its log. */
  lastLog(): string | Promise<string>;
}

const OWNER_CONNECTIONS = 4;
const FEED_GRACE_MS = 1000;

/** `migrator`: the user that applies the migrations, if it is not the user of the address. */
export async function openPrimary(
  { name, address, rest, lastLog }: OpenServer,
  options: BootOptions,
  migrator: Address = address,
): Promise<PrimaryServer> {
  const { cluster, teardown } = options;
  if (cluster.migrations.length > 0) cluster.onProgress(`applying ${cluster.migrations.length} migrations`);
  const alone = connectTo(migrator, 1);
  teardown.add('disconnect', () => alone.end({ timeout: 0 }));
  await applyMigrations(alone, cluster.migrations);
  const notes = await stubNotes(alone);
  await alone.end({ timeout: 0 });
  const node = new ServerNode({ name, address, control: openClient(teardown, address, 1), rest, lastLog });
  await Promise.all([rest.warmUp(), node.lsn()]);
  const owner = openClient(teardown, address, OWNER_CONNECTIONS);
  return {
    node,
    owner,
    commits: await startFeed({ address, lastLog }, owner, options),
    notes,
    address,
    successor: undefined,
  };
}

export async function openReplica(
  { name, address, rest, lastLog, proxy, outage }: OpenServer & { proxy: WalProxy; outage?: ReplicaNode['outage'] },
  primary: PrimaryServer,
  teardown: Teardown,
): Promise<ServerReplica> {
  const control = openClient(teardown, address, 1);
  const lag = new ReplicaLag({ name, proxy, control, lastLog, primary: lagSource(primary) });
  const replica = new ServerReplica({ name, address, control, rest, lastLog, lag, ...(outage ? { outage } : {}) });
  await replica.resume();
  await rest.warmUp();
  return replica;
}

/** The feed of a cluster without a tracked table. */
const NO_COMMITS: CommitFeed = {
  deliveredUpTo: async () => undefined,
  hasCommitBetween: () => false,
  unfollow: () => undefined,
  discardAfter: () => ({ count: 0, keys: [] }),
  follow: async () => undefined,
  reportRestored: async () => undefined,
  close: () => undefined,
};

async function startFeed(
  { address, lastLog }: Pick<OpenServer, 'address' | 'lastLog'>,
  owner: ReconnectingClient,
  options: BootOptions,
): Promise<CommitFeed> {
  const { cluster, teardown } = options;
  if (cluster.tracked === undefined) return NO_COMMITS;
  const feed = await startCommitFeed({
    owner,
    primary: address,
    lastLog,
    tracked: cluster.tracked,
    onCommit: (commit) => cluster.onCommit(commit),
    // If the feed ends because its server died, the death of the server is reported first.
    onEnd: (reason) => setTimeout(() => options.onFailure(reason), FEED_GRACE_MS).unref(),
  });
  teardown.add('disconnect', () => feed.close());
  return feed;
}

function lagSource(link: PrimaryServer): ConstructorParameters<typeof ReplicaLag>[0]['primary'] {
  const { node, owner, commits } = link;
  const flushedLsn = async (): Promise<Lsn> => {
    await link.successor;
    return node.lsn();
  };
  return {
    isDown: () => link.successor !== undefined,
    flushedLsn,
    nudge: async () => {
      await link.successor;
      await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`;
    },
    hasCommitBetween: async (after, upTo) => {
      await commits.deliveredUpTo(await flushedLsn());
      return commits.hasCommitBetween(after, upTo);
    },
  };
}

/** A client for short queries only, so that they never wait for a long one. */
export function openClient(teardown: Teardown, address: Address, max: number): ReconnectingClient {
  const client = reconnectingClient(address, max);
  teardown.add('disconnect', () => client.end());
  return client;
}
