/** Applies and ends outages of an embedded replica. */
import type { Outage } from '../../port/backend.ts';
import type { ApplyOutage } from '../postgres/server-node.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import type { Standby } from './launch-servers.ts';

type End = () => Promise<void>;

export function outagesOf({ server, proxy }: Standby, { signal }: Teardown): ApplyOutage {
  const begin: Record<Outage, () => Promise<End>> = {
    async freeze() {
      server.freeze();
      return async () => server.thaw();
    },
    async kill() {
      await server.crash();
      return () => server.restart(signal);
    },
    async restart() {
      await server.crash();
      const restarted = server.restart(signal);
      restarted.catch(() => {});
      return () => restarted;
    },
    /** Clients do not connect through the proxy, so they still reach the replica. */
    async partition() {
      proxy.partition();
      return async () => proxy.heal();
    },
  };
  return (how) => begin[how]();
}
