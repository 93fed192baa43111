/** Serves the gateway of a run while the application starts, before the run has its clock and its faults. */
import { assembleGateway } from '../gateway/assembled-gateway.ts';
import type { GatewayServer, ServedGateway } from '../gateway/gateway-server.ts';
import { withAuth } from '../gateway/with-auth.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster } from '../port/backend.ts';
import type { Host } from './host.ts';

export interface EarlyGateway {
  server: GatewayServer;
  /** The URL of this gateway itself, to which no other one passes requests on. */
  ownUrl: string;
  /** From now on, requests are answered by this gateway. */
  open(gateway: ServedGateway): void;
}

/**
 * Instances learn the URL when they start, and may ask their database before they are ready: those requests are answered
 * without faults, and are not recorded. If the databases have a gateway that is running already, that one passes its
 * requests on, and its URL is that of the server.
 */
export async function serveFromStart(
  host: Host,
  cluster: Cluster,
  { topology: { routing, sticky_ms: stickyMs } }: Pick<Plan, 'topology'>,
): Promise<EarlyGateway> {
  const nodes = [cluster.primary, ...cluster.replicas];
  const { gateway } = assembleGateway({ nodes, routing, stickyMs, clock: host.clock() });
  let current: ServedGateway = withAuth(gateway, cluster, host.nowMs);
  const server = await host.serve({
    handle: (request) => current.handle(request),
    refuseKey: (head) => current.refuseKey?.(head),
    get stream() {
      return current.stream;
    },
  });
  const redirection = await cluster.redirect?.(server.url);
  return {
    ownUrl: server.url,
    server: {
      url: redirection?.url ?? server.url,
      async close() {
        // The databases may have ended, and with them their gateway.
        await redirection?.end().catch(() => undefined);
        await server.close();
      },
    },
    open(opened) {
      current = opened;
    },
  };
}
