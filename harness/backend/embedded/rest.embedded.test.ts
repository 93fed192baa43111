import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askNode } from '../ask-node.test-support.ts';
import type { StoriesClient, StoriesCluster } from './embedded-stories.case.ts';
import { clientOf, eventually, startStories } from './embedded-stories.case.ts';

let stories: StoriesCluster;
let primary: StoriesClient;
let standby: StoriesClient;

beforeAll(async () => {
  stories = await startStories(1);
  const { cluster } = stories;
  primary = clientOf(cluster.primary, cluster.secretKey);
  standby = clientOf(cluster.replicas[0]!, cluster.secretKey);
});

afterAll(() => stories.cluster.close());

beforeEach(async () => {
  await stories.cluster.query('truncate stories cascade');
  await stories.cluster.query(`
    insert into stories (id, progress, status) values ('a', 10, 'generating'), ('b', 50, null), ('c', 100, 'completed');
    insert into chapters values ('a', 1, 'One'), ('a', 2, 'Two')`);
  await stories.cluster.replicas[0]!.resume();
});

const idsOf = (rows: { id: unknown }[] | null): unknown[] => (rows ?? []).map(({ id }) => id);

describe.each(['primary', 'standby'])('reading from the %s', (name) => {
  const client = (): StoriesClient => (name === 'primary' ? primary : standby);

  it('selects columns, with timestamps in ISO format', async () => {
    const { data } = await client().from('stories').select('id, progress, updated_at').eq('id', 'a').single();
    expect(data).toMatchObject({ id: 'a', progress: 10 });
    expect(data!['updated_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
  });

  it('selects all columns of a table that has got another one since it was last read', async () => {
    const { cluster } = stories;
    const read = async (): Promise<object> => (await client().from('stories').select().eq('id', 'a').single()).data!;
    const column = `added_for_${name}`;
    for (let reads = 0; reads < 3; reads += 1) expect(await read()).not.toHaveProperty(column);
    await cluster.query(`alter table stories add column ${column} integer`);
    await cluster.replicas[0]!.resume();
    expect(await read()).toHaveProperty(column, null);
  });

  it('filters, orders and limits', async () => {
    const from = () => client().from('stories').select('id').order('id');
    expect(idsOf((await from().lt('progress', 60)).data)).toEqual(['a', 'b']);
    expect(idsOf((await from().gte('progress', 50)).data)).toEqual(['b', 'c']);
    expect(idsOf((await from().in('id', ['a', 'c', 'x'])).data)).toEqual(['a', 'c']);
    expect(idsOf((await from().or('id.eq.b,progress.eq.100')).data)).toEqual(['b', 'c']);
    expect(idsOf((await from().not('status', 'is', null)).data)).toEqual(['a', 'c']);
    const last = client().from('stories').select('id').order('progress', { ascending: false });
    expect(idsOf((await last.limit(2)).data)).toEqual(['c', 'b']);
  });

  it('answers single and maybeSingle without a row', async () => {
    const none = client().from('stories').select().eq('id', 'x');
    expect(await none.single()).toMatchObject({ status: 406, error: { code: 'PGRST116' }, data: null });
    const maybe = await client().from('stories').select().eq('id', 'x').maybeSingle();
    expect(maybe).toMatchObject({ error: null, data: null });
  });

  it('counts, with and without rows', async () => {
    const head = await client().from('stories').select('*', { count: 'exact', head: true });
    expect(head).toMatchObject({ count: 3, data: null });
    expect((await client().from('stories').select('id', { count: 'exact' }).limit(1)).count).toBe(3);
  });

  it('embeds related rows', async () => {
    const { data } = await client().from('stories').select('id, chapters(title)').eq('id', 'a').single();
    expect(data!['chapters']).toEqual([{ title: 'One' }, { title: 'Two' }]);
  });

  it('calls a function by GET and by POST', async () => {
    expect((await client().rpc('progress_of', { story: 'b' }, { get: true })).data).toBe(50);
    expect((await client().rpc('progress_of', { story: 'b' })).data).toBe(50);
  });

  it('answers requests for unknown tables, functions and columns like PostgREST', async () => {
    expect(await client().from('nothing').select()).toMatchObject({ status: 404, error: { code: 'PGRST205' } });
    expect(await client().rpc('nothing')).toMatchObject({ status: 404, error: { code: 'PGRST202' } });
    const column = await client().from('stories').select('nothing');
    expect(column).toMatchObject({ status: 400, error: { code: '42703' } });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'chapters.__proto__'])(
    'answers a filter on %s as on an unknown column, and stays as it was',
    async (column) => {
      const filtered = await client().from('stories').select().eq(column, 'x');
      expect(filtered).toMatchObject({ status: 400, error: { code: '42703' } });
      expect('$eq' in {} || '$eq' in Object).toBe(false);
    },
  );

  it('shows nothing outside the schema public', async () => {
    const hidden = await client().schema('auth').from('users').select();
    expect(hidden).toMatchObject({ status: 406, error: { code: 'PGRST106' } });
    expect((await client().from('users').select()).error?.code).toBe('PGRST205');
  });

  it('enforces row-level security and privileges by key', async () => {
    const { cluster } = stories;
    await cluster.query(`insert into drafts values (1, 'x') on conflict do nothing`);
    await cluster.replicas[0]!.resume();
    const node = name === 'primary' ? cluster.primary : cluster.replicas[0]!;
    const anon = clientOf(node, cluster.publishableKey);
    expect((await anon.from('drafts').select()).data).toEqual([]);
    expect((await client().from('drafts').select()).data).toEqual([{ id: 1, body: 'x' }]);
  });

  it('refuses requests without a key and with a wrong one', async () => {
    const { cluster } = stories;
    const node = name === 'primary' ? cluster.primary : cluster.replicas[0]!;
    expect(await clientOf(node, 'sb_secret_wrong').from('stories').select()).toMatchObject({ status: 401 });
    expect((await askNode(node, new Request('http://localhost/rest/v1/stories'))).status).toBe(401);
  });
});

describe('writing to the primary', () => {
  it('inserts, upserts, updates and deletes, and returns rows on request', async () => {
    expect(await primary.from('stories').insert({ id: 'd' })).toMatchObject({ status: 201, data: null });
    const inserted = await primary
      .from('stories')
      .insert([{ id: 'e', progress: 5 }])
      .select('id, progress');
    expect(inserted).toMatchObject({ status: 201, data: [{ id: 'e', progress: 5 }] });
    const upserted = await primary.from('stories').upsert({ id: 'e', progress: 6 }).select().single();
    expect(upserted.data).toMatchObject({ id: 'e', progress: 6 });
    expect(await primary.from('stories').update({ progress: 7 }).eq('id', 'e')).toMatchObject({ status: 204 });
    const fenced = await primary.from('stories').update({ progress: 3 }).eq('id', 'e').lt('progress', 3).select();
    expect(fenced.data).toEqual([]);
    const removed = await primary.from('stories').delete().in('id', ['d', 'e']).select('id');
    expect(idsOf(removed.data).toSorted()).toEqual(['d', 'e']);
    const returned = await primary.rpc('advance', { story: 'a', step: 2 });
    expect(returned.data).toMatchObject({ id: 'a', progress: 12 });
  });

  it('deletes nothing by a filter on a name that every object has', async () => {
    for (const column of ['__proto__', 'constructor', 'prototype']) {
      expect((await primary.from('stories').delete().eq(column, 'x')).error?.code).toBe('42703');
    }
    expect(idsOf((await primary.from('stories').select('id')).data)).toHaveLength(3);
  });

  it('reports violated constraints and unknown columns by their codes', async () => {
    const error = async (row: Record<string, unknown>) => (await primary.from('stories').insert(row)).error?.code;
    expect(await error({ id: 'a' })).toBe('23505');
    expect(await error({ id: 'z', progress: 101 })).toBe('23514');
    expect(await error({ id: 'z', nothing: 1 })).toBe('PGRST204');
    const orphan = await primary.from('chapters').insert({ story_id: 'x', number: 1, title: 'T' });
    expect(orphan).toMatchObject({ status: 409, error: { code: '23503' } });
  });

  it('writes and reads arrays and JSON', async () => {
    await stories.cluster.query('create table if not exists tagged (id int primary key, tags text[], notes jsonb)');
    const row = { id: 1, tags: ['a b', 'c"d', ''], notes: { deep: [1, 2.5, null] } };
    expect(await primary.from('tagged').upsert(row).select().single()).toMatchObject({ data: row });
    expect((await primary.from('tagged').select().contains('tags', ['a b'])).data).toEqual([row]);
  });

  it('answers errors raised by a trigger or function like PostgREST', async () => {
    await stories.cluster.query(`
      create or replace function refuse(state text) returns int language plpgsql as
        $$ begin raise exception 'No more' using errcode = state, hint = 'Stop'; end $$`);
    const refusal = async (state: string) => {
      const { status, error } = await primary.rpc('refuse', { state });
      return [status, error?.code, error?.message, error?.hint];
    };
    expect(await refusal('P0001')).toEqual([400, 'P0001', 'No more', 'Stop']);
    expect(await refusal('40001')).toEqual([500, '40001', 'No more', 'Stop']);
    expect(await refusal('PT409')).toEqual([409, 'PT409', 'No more', 'Stop']);
  });

  it('works on a table that has just been created', async () => {
    await stories.cluster.query('create table if not exists late (id integer primary key)');
    expect(await primary.from('late').insert({ id: 1 }).select()).toMatchObject({ status: 201, data: [{ id: 1 }] });
  });

  it('prints nothing about errors that are answered', async () => {
    const printed: unknown[] = [];
    const original = console.error;
    console.error = (...args: unknown[]) => printed.push(args);
    try {
      await Promise.all([1, 2, 3].map(() => primary.from('stories').insert({ id: 'a' })));
      await primary.from('nothing').select();
    } finally {
      console.error = original;
    }
    expect(printed).toEqual([]);
  });
});

describe('writing to a standby', () => {
  it('is refused like PostgREST refuses it, and the standby keeps running', async () => {
    for (const attempt of [
      standby.from('stories').insert({ id: 'z' }),
      standby.from('stories').update({ progress: 1 }).eq('id', 'a'),
      standby.from('stories').delete().eq('id', 'a'),
      standby.rpc('advance', { story: 'a' }),
    ]) {
      expect(await attempt).toMatchObject({ status: 405, error: { code: '25006' } });
    }
    expect((await standby.from('stories').select()).data?.length).toBe(3);
    expect(stories.deaths).toEqual([]);
  });
});

describe('concurrent requests', () => {
  it('do not wait for requests that are blocked by a lock', async () => {
    const blocker = stories.cluster.query(`update stories set progress = 11 where id = 'a'; select pg_sleep(0.5)`);
    await eventually(async () => {
      const waiting = await stories.cluster.query(`select 1 from pg_stat_activity where wait_event = 'PgSleep'`);
      return waiting.length === 1;
    });
    let blocked = 0;
    const hanging = Array.from({ length: 16 }, async () => {
      await primary.from('stories').update({ progress: 12 }).eq('id', 'a');
      blocked += 1;
    });
    expect((await primary.from('stories').select('progress').eq('id', 'a').single()).data).toEqual({ progress: 10 });
    expect(blocked).toBe(0);
    await Promise.all([blocker, ...hanging]);
  });

  it('reach a standby while it is paused', async () => {
    const [replica] = stories.cluster.replicas;
    await replica!.pause();
    await primary.from('stories').update({ progress: 60 }).eq('id', 'b');
    expect((await standby.from('stories').select('progress').eq('id', 'b').single()).data).toEqual({ progress: 50 });
    await replica!.resume();
    expect((await standby.from('stories').select('progress').eq('id', 'b').single()).data).toEqual({ progress: 60 });
  });

  it('work with the default headers of supabase-js', async () => {
    const { cluster } = stories;
    let seen: Headers | undefined;
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      seen = request.headers;
      return askNode(cluster.primary, request);
    };
    const client = createClient('http://localhost', cluster.publishableKey, { global: { fetch } });
    expect((await client.from('stories').select()).error).toBeNull();
    expect(seen!.get('apikey')).toBe(cluster.publishableKey);
  });
});
