/** Launches the servers of a cluster, with data directories copied from the template and a WAL proxy per standby. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Address } from '../postgres/address.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { SOCKET_PORT, socketPath } from '../postgres/connect.ts';
import { OWNER, socketAddress } from './socket-address.ts';
import type { ClusterDirectory, ServerPaths } from './cluster-directory.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import type { Server } from './postgres-server.ts';
import { startServer } from './postgres-server.ts';
import { stubExtensionSettings } from './stub-extensions.ts';
import { copyData, template } from './template.ts';
import { WalProxy } from '../postgres/wal-proxy.ts';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LaunchOptions {
  account: Account;
  binaries: Binaries;
  directory: ClusterDirectory;
  teardown: Teardown;
  /** Called while another process is being waited for, to do other work. */
  whileWaiting(): void;
  onProgress(message: string): void;
  onDeath(name: string, reason: EnvironmentError): void;
}

export interface LaunchedServer {
  name: string;
  sockets: string;
  data: string;
  server: Server;
}

export interface Standby extends LaunchedServer {
  proxy: WalProxy;
}

export interface LaunchedServers {
  primary: LaunchedServer;
  standbys: readonly Standby[];
}

/** Resolves when all processes run. Call `ready` on each to wait until it accepts connections. */
export async function launchServers(replicaNames: readonly string[], options: LaunchOptions): Promise<LaunchedServers> {
  const { binaries, teardown } = options;
  const from = await template({ ...options, signal: teardown.signal });
  const common = await stubExtensionSettings(options.account);
  options.onProgress(`starting PostgreSQL ${binaries.version}: primary and ${replicaNames.length} replicas`);
  const primary = launchPrimary({ from, common }, options);
  const upstream = primary.then(({ server, sockets }) =>
    server.ready(teardown.signal).then(() => socketAddress(sockets).at),
  );
  upstream.catch(() => {});
  const standbys = replicaNames.map((name) => launchStandby(name, { from, common }, upstream, options));
  // Waits for every launch, so that none continues while a failed start is torn down.
  await Promise.allSettled([primary, ...standbys]);
  return { primary: await primary, standbys: await Promise.all(standbys) };
}

/** A standby that is ready connects to its primary within milliseconds. */
const CONNECTED_WITHIN_MS = 30_000;

/** @throws EnvironmentError with the last lines of its log, if it does not connect to its primary */
export async function untilConnected({ name, proxy, server }: Standby, signal: AbortSignal): Promise<void> {
  await server.ready(signal);
  const deadline = performance.now() + CONNECTED_WITHIN_MS;
  while (!proxy.isConnected) {
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        'embedded-replica-not-connected',
        `PostgreSQL ${name} did not connect to its primary within ${CONNECTED_WITHIN_MS / 1000} s: ${server.lastLog()}`,
        'Look for the cause in these lines of its log.',
      );
    }
    await sleep(CONNECTED_POLL_MS, undefined, { signal });
  }
}

const CONNECTED_POLL_MS = 2;

/** What every server starts with: its data directory is a copy of `from`. */
interface Origin {
  from: string;
  common: Record<string, string>;
}

async function launchPrimary({ from, common }: Origin, options: LaunchOptions): Promise<LaunchedServer> {
  const paths = await prepare('primary', from, options);
  const { sockets, data } = paths;
  return { name: 'primary', sockets, data, server: spawnServer('primary', paths, common, options) };
}

async function launchStandby(
  name: string,
  { from, common }: Origin,
  upstream: Promise<Address['at']>,
  options: LaunchOptions,
): Promise<Standby> {
  const proxySockets = await options.directory.socketsOf(`${name}.proxy`);
  const path = socketPath(proxySockets);
  const proxy = new WalProxy({ listenOn: { path }, upstream });
  options.teardown.add('disconnect', () => proxy.close());
  const [paths] = await Promise.all([prepare(name, from, options), proxy.listen()]);
  const { account } = options;
  if (account.switchTo) await chown(path, account.uid, account.gid);
  await writeFile(join(paths.data, 'standby.signal'), '');
  const settings = { ...common, primary_conninfo: conninfo(proxySockets, name) };
  const { sockets, data } = paths;
  return { name, sockets, data, proxy, server: spawnServer(name, paths, settings, options) };
}

async function prepare(name: string, from: string, options: LaunchOptions): Promise<ServerPaths> {
  const paths = await options.directory.pathsOf(name);
  const { account, teardown } = options;
  await copyData(from, paths.data, { account, signal: teardown.signal });
  return paths;
}

function spawnServer(
  name: string,
  paths: ServerPaths,
  settings: Record<string, string>,
  options: LaunchOptions,
): Server {
  const { account, binaries, directory, teardown } = options;
  teardown.signal.throwIfAborted();
  const server = startServer({
    name,
    postgres: binaries.postgres,
    account,
    dataDirectory: paths.data,
    socketDirectory: paths.sockets,
    logFile: paths.log,
    settings,
    onSpawn: (pid) => directory.watchdog.watch(pid),
    onDeath: (reason) => options.onDeath(name, reason),
  });
  teardown.add('stop', () => server.stop());
  return server;
}

/** Values may contain spaces, quotes and backslashes (libpq, "Keyword/Value Connection Strings"). */
function conninfo(sockets: string, name: string): string {
  const host = sockets.replaceAll(/['\\]/g, '\\$&');
  return `host='${host}' port=${SOCKET_PORT} user=${OWNER} application_name=${name} sslmode=disable gssencmode=disable`;
}
