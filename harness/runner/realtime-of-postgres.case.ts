/** What PostgreSQL sends by Realtime and a model cannot: over a socket, and in virtual time from migrations. */
import type { SupabaseClient } from '@supabase/supabase-js';
import { expect, it } from 'vitest';
import type { Run } from './realtime-environment.case.ts';
import { isReady, watch } from './realtime-watch.case.ts';

/** What a model has not: a replica identity, and functions of the database that send. */
export function describeRealtimeOfPostgres(run: () => Run): void {
  it('sends the whole old row of a table whose replica identity is full', () =>
    run()(async ({ open, service, until }) => {
      const watched = watch(open(), { table: 'cells' });
      await until(() => isReady(watched));
      await service.from('cells').insert({ id: 1, label: 'a', size: 1 });
      await service.from('cells').update({ size: 2 }).eq('id', 1);
      await service.from('cells').delete().eq('id', 1);
      await until(() => watched.changes.length === 3);
      expect(watched.changes.map(({ new: row, old }) => [row, old])).toEqual([
        [{ id: 1, label: 'a', size: 1 }, {}],
        [
          { id: 1, label: 'a', size: 2 },
          { id: 1, label: 'a', size: 1 },
        ],
        [{}, { id: 1, label: 'a', size: 2 }],
      ]);
    }));

  it('broadcasts what a function of the database sends, and sends it again to who asks for it', () =>
    run()(async ({ open, service, until }) => {
      const listen = (client: SupabaseClient, replay?: { since: number }): unknown[] => {
        const heard: unknown[] = [];
        const config = { private: true, ...(replay === undefined ? {} : { broadcast: { replay } }) };
        const channel = client.channel('said-by-the-database', { config });
        channel.on('broadcast', { event: 'said' }, ({ payload, meta }) => heard.push([payload.word, meta?.replayed]));
        void client.realtime.setAuth().then(() => channel.subscribe());
        return heard;
      };
      const asUser = { claims: { sub: 'user-1', role: 'authenticated' } };
      const client = open('tab-1', asUser);
      const heard = listen(client);
      await until(() => client.getChannels().some(({ state }) => state === 'joined'));
      for (const word of ['a', 'b'])
        expect((await service.rpc('say', { word, topic: 'said-by-the-database' })).error).toBeNull();
      await until(() => heard.length === 2);
      expect(heard).toEqual([
        ['a', undefined],
        ['b', undefined],
      ]);
      const again = listen(open('tab-2', asUser), { since: 1 });
      await until(() => again.length === 2);
      expect(again).toEqual([
        ['a', true],
        ['b', true],
      ]);
    }));
}
