import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Migration } from '../../postgres/apply-migrations.ts';
import { STUB_EXTENSIONS } from '../../postgres/supabase-sql.ts';
import { openDatabase, type PgliteDatabase } from './pglite-database.ts';

const FOLDERS = join(import.meta.dirname, '../../../../fixtures/migrations');

function migrationsOf(folder: string): Migration[] {
  const path = join(FOLDERS, folder);
  return readdirSync(path)
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(path, name), 'utf8') }));
}

describe('migrations in the manner of public projects', () => {
  const folders = readdirSync(FOLDERS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it.each(folders.map(({ name }) => name))('apply in a simulation: %s', async (folder) => {
    const { engine, schema } = await openDatabase({ migrations: migrationsOf(folder), tracked: undefined });
    await engine.close();
    expect([...schema.relations.values()].filter(({ isTable }) => isTable)).not.toEqual([]);
  });
});

describe('stub extensions in a simulation', () => {
  let database: PgliteDatabase;
  beforeAll(async () => {
    const sql = STUB_EXTENSIONS.map(({ name }) => `create extension if not exists ${name};`).join('\n');
    database = await openDatabase({ migrations: [{ name: 'stubs.sql', sql }], tracked: undefined });
  });
  afterAll(() => database.engine.close());

  const rows = (sql: string): unknown => database.engine.connection.rows(sql);

  it('record cron jobs, and never run them', () => {
    rows(`select cron.schedule('a', '* * * * *', 'select 1')`);
    expect(rows('select jobname, schedule, command from cron.job')).toEqual([['a', '* * * * *', 'select 1']]);
    expect(() => rows(`select cron.unschedule('b')`)).toThrow(`could not find valid entry for job 'b'`);
  });

  it('record HTTP requests, and never send them', () => {
    rows(`select net.http_post('http://a', '{"b": 1}'::jsonb)`);
    const queue = rows(`select method, url, convert_from(body, 'UTF8') from net.http_request_queue`);
    expect(queue).toEqual([['POST', 'http://a', '{"b": 1}']]);
    expect(rows('select * from net._http_response')).toEqual([]);
  });

  it.each([`http_get('http://a')`, `graphql.resolve('{a}')`, `sign('{}', 'secret')`])('refuse %s', (call) => {
    expect(() => rows(`select ${call}`)).toThrow(expect.objectContaining({ code: '0A000' }));
  });
});
