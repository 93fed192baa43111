/** An environment that stays up: databases with their REST APIs, the gateway in front of them, and faults by command. */
import type { Backend, ClusterOptions, Commit, DatabaseNode } from '../port/backend.ts';
import type { StreamServer } from '../port/stream.ts';
import { serveGateway, type GatewayServer, type ServedGateway } from '../gateway/gateway-server.ts';
import { realClock, wallTime } from '../clock.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import { withAuth } from '../gateway/with-auth.ts';
import { withStream } from '../gateway/with-stream.ts';
import { assembleGateway } from '../gateway/assembled-gateway.ts';
import { assemble } from '../runner/assembly.ts';
import { realHost } from '../runner/host.ts';
import { startRealtime } from '../runner/realtime-of-run.ts';
import { serveControl, type FaultRequest } from './control.ts';
import { LiveFaults } from './live-faults.ts';
import { RunAttachments } from './run-attachments.ts';
import { claimStateFolder } from './state-folder.ts';

export interface UpOptions extends Pick<ClusterOptions, 'migrations' | 'tracked' | 'keys' | 'onProgress'> {
  backend: Backend;
  replicas: number;
  /** Faults that apply from the start. */
  faults: readonly FaultRequest[];
  /** Port of the load balancer; 0: a free one. */
  port: number;
  name: string | undefined;
  signal: AbortSignal;
}

/** One database, reached without the load balancer. */
export interface NodeStatus {
  name: string;
  apiUrl: string;
  databaseUrl: string | undefined;
}

export interface Up {
  name: string;
  /** URL of the load balancer. */
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  /** With which access tokens are signed, if it is known. */
  jwtSecret: string | undefined;
  /** The primary, then the replicas. */
  nodes: readonly NodeStatus[];
  versions: Record<string, string>;
  /** See `Cluster.notes`. */
  notes: readonly string[];
  /** Resolves when a database dies, with the reason. */
  died: Promise<Error>;
  close(): Promise<void>;
}

type Undo = () => Promise<void>;

/** @throws RatchetError if it cannot be started; then nothing is left running */
export async function startUp(options: UpOptions): Promise<Up> {
  const { backend, signal } = options;
  if (backend.isVirtual) {
    throw new UsageError(
      'up-virtual',
      `the backend ${backend.name} works only within a run`,
      'choose another with --backend',
    );
  }
  const undo: Undo[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of undo.splice(0).toReversed()) await step().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    return await start(options, undo, close);
  } catch (error) {
    await close();
    throw signal.aborted ? new EnvironmentError('interrupted', 'interrupted') : error;
  }
}

async function start(options: UpOptions, undo: Undo[], close: () => Promise<void>): Promise<Up> {
  const { backend, replicas, migrations, tracked, keys, onProgress, signal } = options;
  const folder = await claimStateFolder(options.name);
  undo.push(() => folder.remove());
  // The port first: if it is in use, this fails fast.
  const gateway = Promise.withResolvers<ServedGateway>();
  let stream: StreamServer | undefined;
  const balancer = await serve(
    undo,
    {
      get stream() {
        return stream;
      },
      handle: async (request) => (await gateway.promise).handle(request),
      refuseKey: async (head) => (await gateway.promise).refuseKey?.(head),
    },
    options.port,
  );
  const commits = new Set<(commit: Commit) => void>();
  const death = Promise.withResolvers<Error>();
  const cluster = await backend.start({
    replicas,
    migrations,
    tracked,
    ...(keys === undefined ? {} : { keys }),
    onProgress,
    onCommit: (commit) => commits.forEach((listener) => listener(commit)),
    onDeath: death.resolve,
    signal,
  });
  undo.push(() => cluster.close());

  const names = cluster.replicas.map((replica) => replica.name);
  const { gateway: assembled, faults } = assemble(
    { cluster, commits, clock: realClock() },
    (targets) => new LiveFaults({ backend, targets, replicas: names, areCommitsReported: tracked !== undefined }),
  );
  const nodes = [cluster.primary, ...cluster.replicas];
  const realtime = await startRealtime(cluster, { tracked: undefined, clock: realClock(), host: realHost });
  if (realtime !== undefined) undo.push(async () => realtime.close());
  stream = realtime;
  const opened = withAuth(assembled, cluster, () => wallTime().getTime());
  const runs = new RunAttachments({
    name: folder.name,
    backend,
    cluster,
    tracked,
    commits,
    apiUrl: balancer.url,
    gateway: opened,
    requireNoFaults: () => faults.requireNone(folder.name),
  });
  gateway.resolve(withStream({ ...opened, handle: (request) => runs.handle(request) }, realtime));
  for (const fault of options.faults) await faults.perform({ do: 'begin', fault });
  await runs.listen(folder.runSocket);
  undo.push(async () => runs.close());
  const control = await serveControl(folder.socket, async (command) => {
    if (command.do !== 'list') runs.requireIdle();
    return faults.perform(command);
  });
  undo.push(async () => control.close());
  return {
    name: folder.name,
    apiUrl: balancer.url,
    publishableKey: cluster.publishableKey,
    secretKey: cluster.secretKey,
    jwtSecret: cluster.jwtSecret,
    nodes: await Promise.all(
      nodes.map((node) => statusOf(node, { ...opened, ...(node === cluster.primary ? { stream } : {}) }, undo)),
    ),
    versions: cluster.versions,
    notes: cluster.notes ?? [],
    died: death.promise,
    close,
  };
}

/** Serves one database as the primary of a gateway without replicas; that of the primary has Realtime too. */
async function statusOf(node: DatabaseNode, { refuseKey, stream }: ServedGateway, undo: Undo[]): Promise<NodeStatus> {
  const alone = { ...node, name: 'primary', rest: node.rest.bind(node), lsn: node.lsn.bind(node) };
  const { gateway } = assembleGateway({ nodes: [alone], clock: realClock() });
  const { url } = await serve(undo, withStream({ ...gateway, refuseKey }, stream));
  return { name: node.name, apiUrl: url, databaseUrl: node.databaseUrl };
}

async function serve(undo: Undo[], gateway: ServedGateway, port?: number): Promise<GatewayServer> {
  const server = await serveGateway(gateway, port === undefined ? {} : { port });
  undo.push(() => server.close());
  return server;
}
