/** Applies and ends outages of a replica's container. */
import type { Outage } from '../../port/backend.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import type { Database } from './database-container.ts';
import { untilReady } from './database-container.ts';
import type { Networks } from './networks.ts';

type End = () => Promise<void>;

export function outagesOf(
  database: Database,
  { replication }: Networks,
  { signal }: Teardown,
): (how: Outage) => Promise<End> {
  const { container } = database;
  const start = async (): Promise<void> => {
    await container.start();
    await untilReady(database, signal);
  };
  const begin: Record<Outage, () => Promise<End>> = {
    async freeze() {
      await container.freeze();
      return () => container.thaw();
    },
    async kill() {
      await container.kill();
      return start;
    },
    async restart() {
      await container.kill();
      const started = start();
      started.catch(() => {});
      return () => started;
    },
    /** Clients use another network, so they still reach the replica. */
    async partition() {
      await container.leave(replication);
      return () => container.join(replication);
    },
  };
  return (how) => begin[how]();
}
