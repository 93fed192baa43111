/** What can befall the server of a replica, and how it is made whole again. */
import type { Outage } from '../../port/backend.ts';
import type { Befall } from '../postgres/node.ts';
import type { Scope } from '../../lifetime/scope.ts';
import type { Standby } from './fleet.ts';

type End = () => Promise<void>;

export function outagesOf({ server, proxy }: Standby, { signal }: Scope): Befall {
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
