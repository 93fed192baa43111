/** A cluster with Realtime at its gateway, and clients of it: in virtual time, or over real sockets. */
import { createClient, type SupabaseClient, type SupabaseClientOptions } from '@supabase/supabase-js';
import { afterAll, beforeAll } from 'vitest';
import { conformanceOptions } from '../backend/conformance.case.ts';
import type { Clock } from '../clock.ts';
import { signToken } from '../gateway/access-token.ts';
import { assembleGateway } from '../gateway/assembled-gateway.ts';
import { withAuth } from '../gateway/with-auth.ts';
import { withStream } from '../gateway/with-stream.ts';
import { planOf } from '../plan/scenario.ts';
import type { Backend, Cluster, ClusterOptions } from '../port/backend.ts';
import { STREAM_ACTOR, type StreamTargets } from '../port/stream.ts';
import type { RealtimeServer } from '../realtime/realtime-server.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { realHost, type Host } from './host.ts';
import { PUBLISHED_MODEL, PUBLISHED_SQL } from './realtime-schema.case.ts';
import { startRealtime } from './realtime-of-run.ts';
import { inVirtualTime } from './simulate-run.ts';
import { scenario } from '../../scenarios/stream-gap.ts';

export interface ClientOptions {
  /** Of the access token of a user who is signed in. Without them, the client acts as its publishable key. */
  claims?: Readonly<Record<string, unknown>>;
  /** Called with every text frame that the server sends. */
  onFrame?(text: string): void;
}

export interface RealtimeEnvironment {
  /** A client with the publishable key. */
  open(session?: string, options?: ClientOptions): SupabaseClient;
  /** Writes as the service, and asks Realtime over HTTP. */
  service: SupabaseClient;
  targets: StreamTargets;
  sleep(milliseconds: number): Promise<void>;
  /** Resolves when it holds; rejects after 10 s, or after as many milliseconds as given. */
  until(holds: () => boolean, withinMs?: number): Promise<void>;
  /** Begins to replace the primary by the replica, if there is one. */
  promote(): Promise<void>;
}

export type Run = (test: (environment: RealtimeEnvironment) => Promise<void>) => Promise<void>;

/** A cluster with the published tables. */
export function realtimeOptions(replicas: number): ClusterOptions {
  const { migrations, ...options } = conformanceOptions(replicas);
  return { ...options, migrations: [...migrations, { name: 'publish.sql', sql: PUBLISHED_SQL }] };
}

/** Every test has a cluster of its own, in virtual time. */
export function virtually(backend: Backend, replicas = 0): Run {
  return (test) =>
    inMacrotask(() =>
      inVirtualTime({ plan: planOf(scenario, 1, { delay_ms: 1_000 }) }, async (host, world) => {
        const { simulation, ...options } = realtimeOptions(replicas);
        const virtual = { ...simulation!, ...host.simulation!, model: PUBLISHED_MODEL };
        const cluster = await backend.start({ ...options, simulation: virtual });
        await inEnvironment(cluster, host, world.clock(), test);
        await cluster.close();
      }),
    );
}

/** All tests share one cluster, whose rows have other keys in each of them. */
export function really(backend: Backend, replicas = 0): Run {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await backend.start(realtimeOptions(replicas));
  });
  afterAll(() => cluster.close());
  return (test) => inEnvironment(cluster, realHost, realHost.clock(), test);
}

async function inEnvironment(
  cluster: Cluster,
  host: Host,
  clock: Clock,
  test: (environment: RealtimeEnvironment) => Promise<void>,
): Promise<void> {
  const realtime = (await startRealtime(cluster, { tracked: undefined, clock, host })) as RealtimeServer;
  const { gateway } = assembleGateway({ nodes: [cluster.primary], clock });
  const served = withStream(withAuth(gateway, cluster, host.nowMs), realtime);
  const server = await host.serve(served);
  const clients: SupabaseClient[] = [];
  const open = (
    key: string,
    params: Record<string, string>,
    { claims, onFrame }: ClientOptions = {},
  ): SupabaseClient => {
    const token = claims === undefined ? key : signToken(claims, cluster.jwtSecret ?? '');
    const transport = onFrame === undefined ? {} : { transport: tappedSocket(onFrame) };
    const client = createClient(server.url, key, {
      accessToken: async () => token,
      realtime: { params, ...transport },
    });
    clients.push(client);
    return client;
  };
  const sleep = (milliseconds: number): Promise<void> => clock.sleep(milliseconds);
  try {
    await test({
      open: (session = 'tab-1', options = {}) => open(cluster.publishableKey, { [STREAM_ACTOR]: session }, options),
      service: open(cluster.secretKey, {}),
      targets: realtime.targets,
      sleep,
      promote: async () => void (await cluster.promote!('replica-1', 0)),
      async until(holds, withinMs = 10_000) {
        for (let waited = 0; !holds(); waited += 20) {
          if (waited > withinMs) throw new Error(`does not hold: ${holds.toString()}`);
          await sleep(20);
        }
      },
    });
  } finally {
    for (const client of clients) await client.realtime.disconnect();
    realtime.close();
    await server.close();
  }
}

/** The `WebSocket` of the moment, each of whose text frames is passed on as well. */
function tappedSocket(onFrame: (text: string) => void): Transport {
  return function Tapped(url: string) {
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') onFrame(data);
    });
    return socket;
  } as unknown as Transport;
}

type Transport = NonNullable<NonNullable<SupabaseClientOptions<'public'>['realtime']>['transport']>;
