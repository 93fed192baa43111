/** An environment that stays up: databases, their REST, the gateway before them, and faults that are begun by hand. */
import type { Backend, ClusterOptions, Commit, DatabaseNode } from '../port/backend.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { createRouter, type Router } from '../gateway/router.ts';
import { serveGateway, type GatewayServer } from '../gateway/gateway-server.ts';
import { realClock } from '../clock.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import { faultTargetsOf } from '../runner/stage.ts';
import { serveControl, type FaultRequest } from './control.ts';
import { LiveFaults } from './live-faults.ts';
import { claimStateFolder } from './state-folder.ts';

export interface UpOptions extends Pick<ClusterOptions, 'migrations' | 'tracked' | 'onProgress'> {
  backend: Backend;
  replicas: number;
  /** In force from the beginning. */
  faults: readonly FaultRequest[];
  /** Of the load balancer; 0 is any that is free. */
  port: number;
  name: string | undefined;
  signal: AbortSignal;
}

/** One database by itself, past the load balancer. */
export interface NodeStatus {
  name: string;
  apiUrl: string;
  databaseUrl: string | undefined;
}

export interface Up {
  name: string;
  /** Of the load balancer. */
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  /** The primary, then the replicas. */
  nodes: readonly NodeStatus[];
  versions: Record<string, string>;
  /** Resolves when a database dies, with the reason. */
  died: Promise<Error>;
  close(): Promise<void>;
}

type Undo = () => Promise<void>;

/** @throws RatchetError when it cannot be started; nothing is left of it then */
export async function startUp(options: UpOptions): Promise<Up> {
  const { backend, signal } = options;
  if (backend.isVirtual) {
    throw new UsageError('up-virtual', `the backend ${backend.name} exists within a run only`, 'choose another');
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
  const { backend, replicas, migrations, tracked, onProgress, signal } = options;
  const folder = await claimStateFolder(options.name);
  undo.push(() => folder.remove());
  // First what fails fast: a port that is taken.
  const gateway = Promise.withResolvers<Gateway>();
  const balancer = await serve(
    undo,
    { handle: async (request) => (await gateway.promise).handle(request) },
    options.port,
  );
  const commits = new Set<(commit: Commit) => void>();
  const death = Promise.withResolvers<Error>();
  const cluster = await backend.start({
    replicas,
    migrations,
    tracked,
    onProgress,
    onCommit: (commit) => commits.forEach((listener) => listener(commit)),
    onDeath: death.resolve,
    signal,
  });
  undo.push(() => cluster.close());

  const names = cluster.replicas.map((replica) => replica.name);
  const router = createRouter({ routing: 'get-to-replica', replicas: names, stickyMs: 0, nowMs: () => 0 });
  const targets = faultTargetsOf(cluster, router, commits);
  const faults = new LiveFaults({ backend, targets, replicas: names, areCommitsTold: tracked !== undefined });
  const nodes = [cluster.primary, ...cluster.replicas];
  gateway.resolve(gatewayTo(nodes, router, faults.claim));
  for (const fault of options.faults) await faults.perform({ do: 'begin', fault });
  const control = await serveControl(folder.socket, (command) => faults.perform(command));
  undo.push(async () => control.close());
  return {
    name: folder.name,
    apiUrl: balancer.url,
    publishableKey: cluster.publishableKey,
    secretKey: cluster.secretKey,
    nodes: await Promise.all(nodes.map((node) => statusOf(node, undo))),
    versions: cluster.versions,
    died: death.promise,
    close,
  };
}

async function statusOf(node: DatabaseNode, undo: Undo[]): Promise<NodeStatus> {
  const router: Router = { route: () => node.name, setInRotation: () => undefined };
  const server = await serve(
    undo,
    gatewayTo([node], router, () => undefined),
  );
  return { name: node.name, apiUrl: server.url, databaseUrl: node.databaseUrl };
}

function gatewayTo(nodes: readonly DatabaseNode[], router: Router, claim: LiveFaults['claim']): Gateway {
  const clock = realClock();
  const listener = { requested: () => undefined, ended: () => undefined };
  return createGateway({ nodes, router, claim, listener, sleep: (milliseconds) => clock.sleep(milliseconds) });
}

async function serve(undo: Undo[], gateway: Gateway, port?: number): Promise<GatewayServer> {
  const server = await serveGateway(gateway, port === undefined ? {} : { port });
  undo.push(() => server.close());
  return server;
}
