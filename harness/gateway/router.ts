/**
 * Chooses the database for a request, like Supabase's API load balancer: GET and HEAD may go to a replica, all other
 * requests and all of Auth go to the primary.
 */
import type { NodeName, Routing } from '../port/backend.ts';

export interface RoutingOptions {
  routing: Routing;
  replicas: readonly NodeName[];
  /** With `sticky`: how long after a write the reads stay on the primary. */
  stickyMs: number;
  nowMs(): number;
}

export interface Router {
  route(method: string): NodeName;
  /** Takes a replica out of rotation, or puts it back. */
  setInRotation(replica: NodeName, inRotation: boolean): void;
}

const PRIMARY: readonly NodeName[] = ['primary'];

export function createRouter(options: RoutingOptions): Router {
  const outOfRotation = new Set<NodeName>();
  let replicas = options.replicas;
  let all = ['primary', ...replicas];
  let turn = 0;
  let lastWriteMs = Number.NEGATIVE_INFINITY;

  const readers = (): readonly NodeName[] => {
    if (options.routing === 'primary-only') return PRIMARY;
    if (options.routing === 'round-robin') return all;
    if (options.routing === 'sticky' && options.nowMs() - lastWriteMs < options.stickyMs) return PRIMARY;
    return replicas.length === 0 ? PRIMARY : replicas;
  };

  return {
    route(method) {
      if (method !== 'GET' && method !== 'HEAD') {
        lastWriteMs = options.nowMs();
        return 'primary';
      }
      const candidates = readers();
      return candidates[turn++ % candidates.length]!;
    },
    setInRotation(replica, inRotation) {
      if (inRotation) outOfRotation.delete(replica);
      else outOfRotation.add(replica);
      replicas = options.replicas.filter((name) => !outOfRotation.has(name));
      all = ['primary', ...replicas];
    },
  };
}
