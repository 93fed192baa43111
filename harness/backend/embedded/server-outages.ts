/** What can befall the server of a replica, and how it is made whole again. */
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
    /** Its clients do not come through the proxy. */
    async partition() {
      proxy.cut();
      return async () => proxy.mend();
    },
  };
  return (how) => begin[how]();
}
