/** Realtime of a run or of an environment: it follows the primary in the time of the host, or is that of a target. */
import type { Clock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { Cluster, TrackedTable } from '../port/backend.ts';
import { createRealtime, type RealtimeServer } from '../realtime/realtime-server.ts';
import { relayRealtime } from '../realtime/stream-relay.ts';
import type { Host } from './host.ts';
import { qualifiedTable } from '../tracked-values.ts';

/** @throws RatchetError if the changes of the tracked table cannot be subscribed to */
export async function startRealtime(
  cluster: Cluster,
  { tracked, clock, host }: { tracked: TrackedTable | undefined; clock: Clock; host: Pick<Host, 'nowMs' | 'random'> },
): Promise<RealtimeServer | undefined> {
  const { publishableKey, secretKey, jwtSecret, realtime: ofTarget } = cluster;
  const over = new AbortController();
  const later = (milliseconds: number, run: () => void): void => {
    void clock.sleep(milliseconds, over.signal).then(() => {
      if (!over.signal.aborted) run();
    });
  };
  const untilOver = (realtime: RealtimeServer): RealtimeServer => ({
    ...realtime,
    close() {
      over.abort();
      realtime.close();
    },
  });
  if (ofTarget !== undefined) {
    if (tracked !== undefined && !(await ofTarget.publishes(qualifiedTable(tracked))))
      throw notPublished(tracked.table);
    return untilOver(relayRealtime(ofTarget, later));
  }
  const feed = await cluster.changes?.();
  if (feed === undefined || jwtSecret === undefined) return undefined;
  if (tracked !== undefined) {
    const { schema, name } = qualifiedTable(tracked);
    if (feed.table(schema, name) === undefined) throw notPublished(tracked.table);
  }
  const realtime = createRealtime({
    feed,
    primary: cluster.primary,
    keys: { publishable: publishableKey, secret: secretKey, jwtSecret },
    nowMs: host.nowMs,
    random: host.random,
    later,
  });
  return untilOver(realtime);
}

function notPublished(table: string): UsageError {
  return new UsageError(
    'table-not-published',
    `the plan has a tab with a stream, but the changes of the table ${table} cannot be subscribed to`,
    `add a migration with: alter publication supabase_realtime add table ${table}; in a model, isPublished of the table`,
  );
}
