import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../port/message.ts';
import type { ServerCluster } from '../postgres/postgres-cluster.ts';
import { clientOf } from '../postgres/stories.case.ts';
import type { StoriesClient } from './embedded-stories.case.ts';
import { embeddedBackend } from './embedded.ts';

const SCHEMA = `
create table users (name text primary key, tags text[], profile jsonb);
create table posts (id int primary key, author text references users, likes int);
insert into users values ('ann', '{a}', '{"x": 1}'), ('bob', null, null);
insert into posts values (1, 'ann', 3), (2, 'ann', 4), (3, 'bob', 5);
create function posts_of(author_row users) returns setof posts language sql stable
  as $$ select * from posts where author = author_row.name order by id $$;
create function echo_row(author_row users) returns jsonb language sql stable as $$ select to_jsonb(author_row) $$;
create function kind(payload jsonb) returns text language sql immutable as $$ select jsonb_typeof(payload) $$;
create function shout(text) returns text language sql immutable as $$ select upper($1) $$;
create function shout(int) returns text language sql immutable as $$ select 'number' $$;
create function like_all(by text) returns setof posts language sql
  as $$ update posts set likes = likes + 1 where author = by returning * $$;
create schema inner_api;
create table inner_api.users (secret text primary key);
grant usage on schema inner_api to service_role;
grant all on inner_api.users to service_role;
`;

const SETTINGS = `
alter role authenticator set pgrst.db_schemas to 'public, inner_api';
alter role authenticator set pgrst.db_aggregates_enabled to 'true';
alter role authenticator set pgrst.db_plan_enabled to 'true';
alter role authenticator set pgrst.db_tx_end to 'commit-allow-override';
`;

async function start(sql: string): Promise<{ cluster: ServerCluster; client: StoriesClient }> {
  const cluster = await embeddedBackend.start({
    replicas: 0,
    migrations: [{ name: '1.sql', sql }],
    tracked: undefined,
    onProgress: () => {},
    onCommit: () => {},
    onDeath: () => {},
  });
  return { cluster, client: clientOf(cluster.primary, cluster.secretKey) };
}

async function ask(cluster: ServerCluster, method: string, path: string): Promise<HttpAnswer> {
  const headers = new Headers({ apikey: cluster.secretKey, 'content-type': 'application/json' });
  const url = new URL(`http://localhost/rest/v1/${path}`);
  return cluster.primary.rest({ method, url, headers, body: method === 'POST' || method === 'PATCH' ? '{}' : '' });
}

describe('the REST layer of a project', () => {
  let cluster: ServerCluster;
  let client: StoriesClient;
  beforeAll(async () => ({ cluster, client } = await start(SCHEMA)));
  afterAll(() => cluster.close());

  it('embeds a table that has the name of one in another schema', async () => {
    const { data } = await client.from('posts').select('id, users(*)').eq('id', 1).single();
    expect(data).toEqual({ id: 1, users: { name: 'ann', tags: ['a'], profile: { x: 1 } } });
  });

  it('passes an object to a parameter that is a row', async () => {
    const row = { name: 'ann', tags: ['a "b"', 'c,d'], profile: { deep: ['\\', null] } };
    expect((await client.rpc('posts_of', { author_row: row }).select('id')).data).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await client.rpc('echo_row', { author_row: row })).data).toEqual(row);
    const partial = await client.rpc('echo_row', { author_row: { name: '' } });
    expect(partial.data).toEqual({ name: '', tags: null, profile: null });
  });

  it.each([
    ['object', { a: 1 }],
    ['array', [1, 'a']],
    ['string', '{"a": 1}'],
    ['number', 1.5],
    ['boolean', false],
  ])('passes a JSON %s to a parameter as it is', async (kind, payload) => {
    expect(await client.rpc('kind', { payload })).toMatchObject({ error: null, data: kind });
  });

  it('calls a function whose only parameter has no name and is a text, and sees no other one', async () => {
    expect((await client.rpc('shout', { '': 'hello' })).data).toBe('HELLO');
    expect((await client.rpc('shout', { '': 1 })).data).toBe('1');
  });

  it.each([
    ['GET', 'posts?select="', 'PGRST100'],
    ['HEAD', 'posts?select=%22', undefined],
    ['GET', 'posts?select=id,users(%22name)', 'PGRST100'],
    ['POST', 'rpc/shout?select="', 'PGRST100'],
    ['GET', 'posts?%00=neq.%', 'PGRST100'],
    ['HEAD', 'posts?%00=fts.,', undefined],
    ['GET', 'posts?or=(a%00.eq.1)', 'PGRST100'],
    ['GET', 'posts?select=id%00', 'PGRST100'],
    ['GET', 'posts?select=users(name)&users.order=name%00', 'PGRST100'],
    ['PATCH', 'posts?columns=likes%00', 'PGRST100'],
    ['POST', 'rpc/shout?%00=1', 'PGRST100'],
    ['GET', 'users?name=eq.a%00', '22021'],
    ['GET', 'users?name=fts(%00).a', 'PGRST100'],
    ['GET', 'users?profile->>x=eq.a%00', '22021'],
    ['GET', 'users?name=%00.a', 'PGRST100'],
  ])('refuses a malformed query as an error of the client: %s %s', async (method, path, code) => {
    const { status, body } = await ask(cluster, method, path);
    expect(status).toBe(400);
    const message = expect.any(String) as string;
    if (code !== undefined) expect(JSON.parse(body)).toMatchObject({ code, message });
  });

  it('rolls a function back that returns more rows than max-affected', async () => {
    const excess = await client.rpc('like_all', { by: 'ann' }).select().maxAffected(1);
    expect(excess).toMatchObject({ status: 400, error: { code: 'PGRST124', details: 'The query affects 2 rows' } });
    expect((await client.from('posts').select('likes').eq('author', 'ann').order('id')).data).toEqual([
      { likes: 3 },
      { likes: 4 },
    ]);
    const allowed = await client.rpc('like_all', { by: 'bob' }).select('likes').maxAffected(1);
    expect(allowed).toMatchObject({ error: null, data: [{ likes: 6 }] });
  });

  it('has the settings of PostgREST’s that are off by default', async () => {
    expect((await client.from('posts').select('likes.sum()')).error?.code).toBe('PGRST123');
    expect((await client.schema('inner_api').from('users').select()).error?.code).toBe('PGRST106');
    await client.from('posts').insert({ id: 9 }).rollback();
    expect((await client.from('posts').select().eq('id', 9)).data?.length).toBe(1);
  });
});

describe('the REST layer of a project that changes its settings', () => {
  it('aggregates, rolls back and exposes another schema, but does not explain', async () => {
    const { cluster, client } = await start(SCHEMA + SETTINGS);
    expect((await client.from('posts').select('likes.sum()')).data).toEqual([{ sum: 12 }]);
    expect((await client.from('posts').select().explain()).error?.code).toBe('PGRST107');
    expect((await client.schema('inner_api').from('users').insert({ secret: 'x' })).error).toBeNull();
    expect((await client.schema('inner_api').from('users').select()).data).toEqual([{ secret: 'x' }]);
    const { data } = await client.from('posts').insert({ id: 9 }).select('id').rollback();
    expect(data).toEqual([{ id: 9 }]);
    expect((await client.from('posts').select().eq('id', 9)).data).toEqual([]);
    await cluster.close();
  });
});
