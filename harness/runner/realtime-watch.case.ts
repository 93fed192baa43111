/** What a client of the suites of Realtime is told of its subscriptions. */
import type { RealtimeChannel, RealtimePostgresChangesPayload, SupabaseClient } from '@supabase/supabase-js';

type Change = RealtimePostgresChangesPayload<Record<string, unknown>>;

export interface Watched {
  channel: RealtimeChannel;
  changes: Change[];
  statuses: string[];
  system: { status: string; message: string }[];
}

type Filter = { table: string; filter?: string; event?: 'INSERT' | 'UPDATE' | 'DELETE' };

/** Subscribes to all changes that the bindings are for. */
export function watch(client: SupabaseClient, ...bindings: Filter[]): Watched {
  const channel = client.channel(`watch-${bindings.map(({ table, filter = '' }) => `${table}${filter}`).join()}`);
  const watched: Watched = { channel, changes: [], statuses: [], system: [] };
  for (const { event = '*', ...binding } of bindings) {
    channel.on('postgres_changes', { event: event as '*', schema: 'public', ...binding }, (change) =>
      watched.changes.push(change as Change),
    );
  }
  channel.on('system', {}, (message: Watched['system'][number]) => watched.system.push(message));
  channel.subscribe((status) => watched.statuses.push(status));
  return watched;
}

/** Whether the subscription is in effect. */
export const isReady = ({ system }: Watched): boolean => system.some(({ status }) => status === 'ok');
