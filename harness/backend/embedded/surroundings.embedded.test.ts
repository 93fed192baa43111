import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STUB_EXTENSIONS } from '../postgres/supabase-sql.ts';
import type { ServerCluster } from '../postgres/postgres-cluster.ts';
import { embeddedBackend } from './embedded.ts';

const FOLDERS = join(import.meta.dirname, '../../../fixtures/migrations');

function start(migrations: { name: string; sql: string }[], replicas = 0): Promise<ServerCluster> {
  return embeddedBackend.start({
    replicas,
    migrations,
    tracked: undefined,
    onProgress: () => {},
    onCommit: () => {},
    onDeath: () => {},
  });
}

function migrationsOf(folder: string): { name: string; sql: string }[] {
  const path = join(FOLDERS, folder);
  const names = readdirSync(path).sort();
  return names.map((name) => ({ name, sql: readFileSync(join(path, name), 'utf8') }));
}

describe('migrations in the manner of public projects', () => {
  const folders = readdirSync(FOLDERS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it.each(folders.map(({ name }) => name))('apply: %s', async (folder) => {
    const cluster = await start(migrationsOf(folder));
    const tables = await cluster.query(`select from pg_tables where schemaname = 'public'`);
    await cluster.close();
    expect(tables.length).toBeGreaterThan(0);
  });

  it('are followed by notes about the stubs that they use', async () => {
    const notes = async (...folders: string[]): Promise<string[]> => {
      const cluster = await start(folders.flatMap(migrationsOf));
      await cluster.close();
      return [...cluster.notes];
    };
    expect(await notes('notes-auth')).toEqual([]);
    expect(await notes('billing', 'media-storage')).toEqual([
      'the extension pg_cron is a stub: jobs are recorded in cron.job and never run',
      'the extension supabase_vault is a stub: secrets are stored without encryption',
    ]);
  });
});

describe('stub extensions', () => {
  let cluster: ServerCluster;
  beforeAll(async () => {
    const sql = STUB_EXTENSIONS.map(({ name }) => `create extension if not exists ${name};`).join('\n');
    cluster = await start([{ name: 'stubs.sql', sql }], 1);
  });
  afterAll(() => cluster.close());

  const valueOf = async (expression: string): Promise<unknown> =>
    (await cluster.query(`select ${expression} as value`))[0]!['value'];

  it('record cron jobs, which are named once, and never run', async () => {
    await valueOf(`cron.schedule('a', '* * * * *', 'select 1')`);
    await valueOf(`cron.schedule('a', '0 * * * *', 'select 2')`);
    const jobs = await cluster.query('select jobname, schedule, command from cron.job');
    expect(jobs).toEqual([{ jobname: 'a', schedule: '0 * * * *', command: 'select 2' }]);
    expect(await valueOf(`cron.unschedule('a')`)).toBe(true);
    await expect(valueOf(`cron.unschedule('a')`)).rejects.toThrow(`could not find valid entry for job 'a'`);
  });

  it('record HTTP requests, and never send them', async () => {
    await valueOf(`net.http_post('http://a', '{"b": 1}'::jsonb)`);
    await valueOf(`net.http_get('http://a?x=1', '{"q": "ä &"}')`);
    const queued = await cluster.query(
      `select method, url, convert_from(body, 'UTF8') as body from net.http_request_queue order by id`,
    );
    expect(queued).toEqual([
      { method: 'POST', url: 'http://a', body: '{"b": 1}' },
      { method: 'GET', url: 'http://a?x=1&q=%C3%A4%20%26', body: null },
    ]);
    expect(await cluster.query('select * from net._http_response')).toEqual([]);
  });

  it('record database webhooks', async () => {
    await cluster.query(`
      create table hooked (id int);
      create trigger hook after insert on hooked for each row execute function
        supabase_functions.http_request('http://hook', 'POST', '{}', '{}', '1000');
      insert into hooked values (1)`);
    const body = `convert_from(body, 'UTF8')::jsonb -> 'record'`;
    const [hook] = await cluster.query(
      `select hook_name, ${body} as record from supabase_functions.hooks join net.http_request_queue q on q.id = request_id`,
    );
    expect(hook).toEqual({ hook_name: 'hook', record: { id: 1 } });
  });

  it('store vectors, and refuse to compare them', async () => {
    await cluster.query('create table items (id int, embedding vector(3))');
    await cluster.query('create index on items using hnsw (embedding vector_cosine_ops)');
    await cluster.query(`insert into items values (1, '[1,2,3]'), (2, null)`);
    expect(await valueOf('(select embedding from items where id = 1)')).toBe('[1,2,3]');
    const nearest = cluster.query(`select id from items order by embedding <=> '[1,2,3]' limit 1`);
    await expect(nearest).rejects.toThrow('vector is a stub in this database');
  });

  it.each([
    `http_get('http://a')`,
    `net.http_collect_response(1)`,
    `graphql_public.graphql(query => '{a}')`,
    `graphql.resolve('{a}')`,
    `jsonb_matches_schema('{}', '{}')`,
    `sign('{}', 'secret')`,
  ])('refuse %s', async (call) => {
    await expect(valueOf(call)).rejects.toMatchObject({ code: '0A000' });
  });

  it('keep secrets', async () => {
    await valueOf(`vault.create_secret('s3cret', 'key')`);
    expect(await valueOf(`(select decrypted_secret from vault.decrypted_secrets where name = 'key')`)).toBe('s3cret');
  });

  it('are streamed to replicas', async () => {
    const [replica] = cluster.replicas;
    await replica!.resume();
    expect(await replica!.control.unsafe(`select '[1]'::vector::text as text`)).toEqual([{ text: '[1]' }]);
  });
});

describe('what every project has', () => {
  it('names of stored files, topics and messages of realtime, and a row per user', async () => {
    const cluster = await start([]);
    const [names] = await cluster.query(`
      select storage.foldername('a/b/c.txt') as folder, storage.filename('a/b/c.txt') as file,
        storage.extension('a/b/c.txt') as extension, storage.foldername('c.txt') as root`);
    expect(names).toEqual({ folder: ['a', 'b'], file: 'c.txt', extension: 'txt', root: [] });
    await cluster.query(`select realtime.send('{"a": 1}', 'event', 'topic')`);
    const sent = await cluster.query('select payload, event, topic, private from realtime.messages');
    expect(sent).toEqual([{ payload: { a: 1 }, event: 'event', topic: 'topic', private: true }]);
    await cluster.query(`insert into auth.users (id, email) values (gen_random_uuid(), 'a@b.c')`);
    expect(await cluster.query('select email, confirmed_at from auth.users')).toEqual([
      { email: 'a@b.c', confirmed_at: null },
    ]);
    await cluster.close();
  });
});

describe('a migration that fails', () => {
  const failure = (sql: string): Promise<unknown> =>
    start([{ name: '1.sql', sql }]).then(
      (cluster) => cluster.close(),
      (error: Error & { hint?: string }) => `${error.message} ${error.hint}`,
    );

  it('is named with the line of the statement, or of the word that PostgreSQL names', async () => {
    const row = `create table t (id int primary key);\n\ninsert into t\nvalues (1),\n(1);`;
    expect(await failure(row)).toMatch(/^Migration 1\.sql, line 3: duplicate key value .* \(23505\)\. /);
    expect(await failure(`select 1;\nselect\n  nothing;`)).toMatch(
      /^Migration 1\.sql, line 3: column "nothing" does not/,
    );
  });

  it('is refused by the name of a missing extension', async () => {
    expect(await failure('create extension postgis')).toMatch(
      /line 1: extension "postgis" is not available .* has no extension postgis, and Ratchet has no stub of it/,
    );
  });

  it('at a deferred constraint is named, too', async () => {
    const sql = `create table p (id int primary key);
      create table c (p int references p deferrable initially deferred);
      insert into c values (1);\n-- end\n`;
    expect(await failure(sql)).toMatch(/^Migration 1\.sql, line 4: insert or update on table "c" violates foreign key/);
  });
});
