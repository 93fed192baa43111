/** What the unmodified supabase-js sees of Realtime: one suite, over virtual time and over a socket of the gateway. */
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import type { RealtimeEnvironment, Run } from './realtime-environment.case.ts';
import { isReady, watch, type Watched } from './realtime-watch.case.ts';

const told = ({ changes }: Watched): unknown[] =>
  changes.map(({ eventType, new: row, old }) => [
    eventType,
    (row as Record<string, unknown>)['progress'] ??
      (row as Record<string, unknown>)['body'] ??
      (old as Record<string, unknown>)['id'],
  ]);

export function describeRealtime(run: () => Run): void {
  const inRun = (test: (environment: RealtimeEnvironment) => Promise<void>) => (): Promise<void> => run()(test);

  describe('postgres_changes', () => {
    it(
      'loses what is committed between SUBSCRIBED and `system` ok',
      inRun(async ({ open, service, targets, until }) => {
        // The insert is to be committed in between on a slow machine, too.
        targets.delayReadiness('gap', 3_000);
        const watched = watch(open('gap'), { table: 'stories' });
        await until(() => watched.statuses.includes('SUBSCRIBED'));
        expect(watched.system).toEqual([]);
        await service.from('stories').insert({ id: 'gap-1', progress: 1 });
        await until(() => isReady(watched));
        await service.from('stories').insert({ id: 'gap-2', progress: 2 });
        await until(() => watched.changes.length > 0);
        expect(told(watched)).toEqual([['INSERT', 2]]);
        expect(watched.system).toMatchObject([{ extension: 'postgres_changes', message: 'Subscribed to PostgreSQL' }]);
      }),
    );

    it(
      'sends inserts, updates and deletions in the order of their commits',
      inRun(async ({ open, service, until }) => {
        const watched = watch(open(), { table: 'stories' });
        await until(() => isReady(watched));
        await service.from('stories').insert({ id: 'order', progress: 1 });
        await service.from('stories').update({ progress: 2 }).eq('id', 'order');
        await service.from('stories').update({ progress: 3 }).eq('id', 'order');
        await service.from('stories').delete().eq('id', 'order');
        await until(() => watched.changes.length === 4);
        expect(told(watched)).toEqual([
          ['INSERT', 1],
          ['UPDATE', 2],
          ['UPDATE', 3],
          ['DELETE', 'order'],
        ]);
        expect(watched.changes[1]).toMatchObject({
          schema: 'public',
          table: 'stories',
          old: { id: 'order' },
          new: { id: 'order', generation: 1, progress: 2, status: null },
          errors: null,
        });
        expect(watched.changes[3]!.old).toEqual({ id: 'order' });
      }),
    );

    it(
      'sends no update that leaves the filter, and no deletion without its column',
      inRun(async ({ open, service, until }) => {
        const client = open();
        const filtered = watch(client, { table: 'stories', filter: 'progress=lt.50' });
        const all = watch(client, { table: 'stories' });
        await until(() => isReady(filtered) && isReady(all));
        await service.from('stories').insert({ id: 'filtered', progress: 10 });
        await service.from('stories').update({ progress: 90 }).eq('id', 'filtered');
        await service.from('stories').update({ progress: 20 }).eq('id', 'filtered');
        await service.from('stories').delete().eq('id', 'filtered');
        await until(() => all.changes.length === 4);
        expect(told(filtered)).toEqual([
          ['INSERT', 10],
          ['UPDATE', 20],
        ]);
      }),
    );

    it(
      'sends a deletion to a filter by the primary key',
      inRun(async ({ open, service, until }) => {
        const watched = watch(open(), { table: 'stories', filter: 'id=eq.by-key' });
        await until(() => isReady(watched));
        await service.from('stories').insert([
          { id: 'by-key', progress: 1 },
          { id: 'other', progress: 2 },
        ]);
        await service.from('stories').delete().in('id', ['by-key', 'other']);
        await until(() => watched.changes.length === 2);
        expect(told(watched)).toEqual([
          ['INSERT', 1],
          ['DELETE', 'by-key'],
        ]);
      }),
    );

    it(
      'sends a change of the primary key as one update, with the key before',
      inRun(async ({ open, service, until }) => {
        const watched = watch(open(), { table: 'stories' });
        await until(() => isReady(watched));
        await service.from('stories').insert({ id: 'key-before', progress: 1 });
        await service.from('stories').update({ id: 'key-after' }).eq('id', 'key-before');
        await until(() => watched.changes.length === 2);
        expect(watched.changes[1]).toMatchObject({
          eventType: 'UPDATE',
          old: { id: 'key-before' },
          new: { id: 'key-after', progress: 1 },
        });
      }),
    );

    it(
      'judges policies when it polls: a row that is gone by then is never sent',
      inRun(async ({ open, service, until }) => {
        const watched = watch(open(), { table: 'news' }, { table: 'drafts' });
        await until(() => isReady(watched));
        await service.from('news').insert({ id: 1, body: 'gone' });
        await service.from('news').delete().eq('id', 1);
        await service.from('drafts').insert({ id: 2, body: 'hidden' });
        await service.from('news').insert({ id: 3, body: 'shown' });
        await until(() =>
          watched.changes.some(
            ({ eventType, new: row }) => eventType === 'INSERT' && 'body' in row && row['body'] === 'shown',
          ),
        );
        expect(told(watched)).toEqual([
          ['DELETE', 1],
          ['INSERT', 'shown'],
        ]);
      }),
    );

    it(
      'calls every binding of a channel that a change is for',
      inRun(async ({ open, service, until }) => {
        const watched = watch(
          open(),
          { table: 'stories', filter: 'id=eq.both' },
          { table: 'stories', event: 'INSERT' },
          { table: 'stories', event: 'UPDATE' },
        );
        await until(() => isReady(watched));
        await service.from('stories').insert({ id: 'both', progress: 5 });
        await until(() => watched.changes.length === 2);
        expect(told(watched)).toEqual([
          ['INSERT', 5],
          ['INSERT', 5],
        ]);
      }),
    );

    it(
      'says by a `system` error that a table is not published, or a filter not valid',
      inRun(async ({ open, until }) => {
        const client = open();
        const unpublished = watch(client, { table: 'chapters' });
        const invalid = watch(client, { table: 'stories', filter: 'size=eq.1' });
        const uncast = watch(client, { table: 'stories', filter: 'progress=eq.much' });
        await until(() => [unpublished, invalid, uncast].every(({ system }) => system.length === 1));
        expect(unpublished).toMatchObject({
          statuses: ['SUBSCRIBED'],
          system: [{ status: 'error', message: expect.stringMatching(/not in the publication.*table: chapters/s) }],
        });
        expect(invalid.system[0]).toMatchObject({ message: expect.stringContaining('invalid column for filter size') });
        expect(uncast.system[0]).toMatchObject({
          message: expect.stringContaining('invalid input syntax for type int4'),
        });
      }),
    );
  });

  describe('a socket', () => {
    it(
      'that is closed is opened again, and what was committed meanwhile is lost',
      inRun(async ({ open, service, targets, until }) => {
        const watched = watch(open('closed'), { table: 'stories', filter: 'id=eq.closed' });
        await until(() => isReady(watched));
        targets.closeSocket('closed', 1006);
        await until(() => watched.statuses.includes('CHANNEL_ERROR'));
        await service.from('stories').insert({ id: 'closed', progress: 1 });
        await until(() => watched.system.length === 2);
        await service.from('stories').update({ progress: 2 }).eq('id', 'closed');
        await until(() => watched.changes.length > 0);
        expect(told(watched)).toEqual([['UPDATE', 2]]);
        expect(watched.statuses).toEqual(['SUBSCRIBED', 'CHANNEL_ERROR', 'SUBSCRIBED']);
      }),
    );

    it(
      'whose joins are refused tries again until they are not',
      inRun(async ({ open, targets, until, sleep }) => {
        const accept = targets.refuseJoins('refused');
        const watched = watch(open('refused'), { table: 'stories', filter: 'id=eq.refused' });
        // The join arrives, and its error reply takes 5 s.
        await sleep(500);
        accept();
        await sleep(5_000);
        await until(() => watched.statuses.includes('SUBSCRIBED'));
        expect(watched.statuses).toEqual(['CHANNEL_ERROR', 'SUBSCRIBED']);
      }),
    );

    it(
      'that is frozen gets what was held when it works again',
      inRun(async ({ open, service, targets, until, sleep }) => {
        const watched = watch(open('frozen'), { table: 'stories', filter: 'id=eq.frozen' });
        await until(() => isReady(watched));
        const thaw = targets.freeze('frozen');
        await service.from('stories').insert({ id: 'frozen', progress: 1 });
        await sleep(800);
        expect(watched.changes).toEqual([]);
        thaw();
        await until(() => watched.changes.length === 1);
      }),
    );

    it(
      'is refused without a valid key',
      inRun(async ({ service, until }) => {
        const client = createClient(urlOf(service), 'sb_publishable_wrong', { accessToken: async () => null });
        const statuses: string[] = [];
        client.channel('refused').subscribe((status) => statuses.push(status));
        await until(() => statuses.length > 0);
        expect(statuses).toEqual(['CHANNEL_ERROR']);
        await client.realtime.disconnect();
      }),
    );
  });

  describe('broadcast', () => {
    it(
      'reaches the other clients of a topic, and the sender if it wants',
      inRun(async ({ open, until }) => {
        const heard: unknown[] = [];
        const join = async (self: boolean, who: string): Promise<RealtimeChannel> => {
          const channel = open().channel('room', { config: { broadcast: { self, ack: true } } });
          channel.on('broadcast', { event: 'said' }, ({ payload }) => heard.push([who, payload.text]));
          const joined = Promise.withResolvers<void>();
          channel.subscribe((status) => status === 'SUBSCRIBED' && joined.resolve());
          await joined.promise;
          return channel;
        };
        const first = await join(false, 'first');
        const second = await join(true, 'second');
        expect(await first.send({ type: 'broadcast', event: 'said', payload: { text: 'ä' } })).toBe('ok');
        await until(() => heard.length === 1);
        expect(await second.send({ type: 'broadcast', event: 'said', payload: { text: 'b' } })).toBe('ok');
        await until(() => heard.length === 3);
        expect(heard[0]).toEqual(['second', 'ä']);
        expect(heard.slice(1).sort()).toEqual([
          ['first', 'b'],
          ['second', 'b'],
        ]);
      }),
    );

    it(
      'can be sent over HTTP',
      inRun(async ({ open, service, until }) => {
        const heard: unknown[] = [];
        const channel = open().channel('news-room');
        channel.on('broadcast', { event: 'said' }, ({ payload }) => heard.push(payload));
        let isJoined = false;
        channel.subscribe((status) => (isJoined ||= status === 'SUBSCRIBED'));
        await until(() => isJoined);
        expect(await service.channel('news-room').httpSend('said', { text: 'over HTTP' })).toMatchObject({
          success: true,
        });
        await until(() => heard.length === 1);
        expect(heard).toEqual([{ text: 'over HTTP' }]);
        const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        expect(await service.channel('news-room').httpSend('said', bytes)).toMatchObject({ success: true });
        await until(() => heard.length === 2);
        expect(new Uint8Array(heard[1] as ArrayBuffer)).toEqual(bytes);
      }),
    );
  });
}

/** What needs faults of the server of Realtime. */
export function describeRealtimeServerFaults(run: () => Run): void {
  it('a channel whose token expires gets a `system` error and CLOSED, and does not join again', () =>
    run()(async ({ open, targets, until, sleep }) => {
      const watched = watch(open('expired'), { table: 'stories', filter: 'id=eq.expired' });
      await until(() => isReady(watched));
      targets.server!.expireTokens('expired');
      await until(() => watched.statuses.includes('CLOSED'));
      await sleep(2_500);
      expect(watched.statuses).toEqual(['SUBSCRIBED', 'CLOSED']);
      expect(watched.system.at(-1)).toMatchObject({ status: 'error', message: expect.stringContaining('expired') });
    }));

  it('a slot that is lost loses changes, and no client is told', () =>
    run()(async ({ open, service, targets, until, sleep }) => {
      const watched = watch(open(), { table: 'stories', filter: 'id=eq.slot' });
      await until(() => isReady(watched));
      const restore = targets.server!.loseSlot();
      await service.from('stories').insert({ id: 'slot', progress: 1 });
      await sleep(700);
      restore();
      await service.from('stories').update({ progress: 2 }).eq('id', 'slot');
      await until(() => watched.changes.length > 0);
      expect(told(watched)).toEqual([['UPDATE', 2]]);
      expect(watched).toMatchObject({ statuses: ['SUBSCRIBED'], system: [{ status: 'ok' }] });
    }));
}

/** @param run gives each test a cluster of its own, with a replica */
export function describeRealtimePromotion(run: () => Run): void {
  it('a promotion loses what is committed before the channels are subscribed again, which another `system` ok tells', () =>
    run()(async ({ open, service, promote, sleep, until }) => {
      const watched = watch(open(), { table: 'stories' });
      await until(() => isReady(watched));
      await promote();
      while ((await service.from('stories').insert({ id: 'between', progress: 1 })).error !== null) await sleep(20);
      expect(watched.system).toHaveLength(1);
      await until(() => watched.system.length === 2, 20_000);
      await service.from('stories').insert({ id: 'after', progress: 2 });
      await until(() => watched.changes.length > 0);
      expect(told(watched)).toEqual([['INSERT', 2]]);
      expect(watched).toMatchObject({ statuses: ['SUBSCRIBED'], system: [{ status: 'ok' }, { status: 'ok' }] });
    }));
}

function urlOf(client: SupabaseClient): string {
  return (client as unknown as { supabaseUrl: URL }).supabaseUrl.toString();
}
