/** Creates a gateway with its router. */
import type { Clock } from '../clock.ts';
import type { DatabaseNode, Routing } from '../port/backend.ts';
import type { Claim } from './claim.ts';
import { createGateway, type Gateway, type GatewayListener } from './gateway.ts';
import { createRouter, type Router } from './router.ts';

export interface AssemblyParts {
  /** The primary first. */
  nodes: readonly DatabaseNode[];
  routing?: Routing;
  /** With `sticky`: how long after a write the reads stay on the primary. */
  stickyMs?: number;
  clock: Clock;
  listener?: GatewayListener;
  claim?: Claim;
}

export interface Assembly {
  gateway: Gateway;
  router: Router;
}

/** Creates a gateway that routes to these databases. */
export function assembleGateway(parts: AssemblyParts): Assembly {
  const { nodes, routing = 'get-to-replica', stickyMs = 0, clock, listener = NO_LISTENER, claim = NO_CLAIM } = parts;
  const router = createRouter({
    routing,
    replicas: nodes.slice(1).map(({ name }) => name),
    stickyMs,
    nowMs: () => clock.now() / 1e6,
  });
  const sleep = (milliseconds: number): Promise<void> => clock.sleep(milliseconds);
  return { gateway: createGateway({ nodes, router, sleep, listener, claim }), router };
}

const NO_LISTENER: GatewayListener = { requested: () => undefined, ended: () => undefined };
const NO_CLAIM: Claim = () => undefined;
