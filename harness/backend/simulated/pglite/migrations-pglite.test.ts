import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase, type PgliteDatabase } from './pglite-database.ts';

const FOLDERS = join(import.meta.dirname, '../../../../fixtures/migrations');

function open(migrations: { name: string; sql: string }[]): Promise<PgliteDatabase> {
  return openDatabase({ migrations, tracked: undefined });
}

function migrationsOf(folder: string): { name: string; sql: string }[] {
  const path = join(FOLDERS, folder);
  const names = readdirSync(path).sort();
  return names.map((name) => ({ name, sql: readFileSync(join(path, name), 'utf8') }));
}

describe('migrations in the manner of public projects', () => {
  const folders = readdirSync(FOLDERS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it.each(folders.map(({ name }) => name))('apply in a simulation: %s', async (folder) => {
    const { engine } = await open(migrationsOf(folder));
    const tables = engine.connection.rows(`select 1 from pg_tables where schemaname = 'public'`);
    await engine.close();
    expect(tables.length).toBeGreaterThan(0);
  });

  it('are followed by notes about the stubs that they use', async () => {
    const { engine, notes } = await open(['billing', 'media-storage'].flatMap(migrationsOf));
    await engine.close();
    expect(notes).toEqual([
      'the extension pg_cron is a stub: jobs are recorded in cron.job and never run',
      'the extension supabase_vault is a stub: secrets are stored without encryption',
    ]);
  });
});

describe('a migration that fails in a simulation', () => {
  it.each([
    ['at a row', `create table t (id int primary key);\n\ninsert into t\nvalues (1),\n(1);`, /line 3: duplicate key/],
    ['at a word', `select 1;\nselect\n  nothing;`, /line 3: column "nothing" does not/],
    [
      'at a deferred constraint',
      `create table p (id int primary key);
       create table c (p int references p deferrable initially deferred);
       insert into c values (1);\n-- end\n`,
      /line 4: insert or update on table "c" violates foreign key/,
    ],
    ['by a missing extension', 'create extension postgis', /line 1: extension "postgis" is not available/],
  ])('is named with its line: %s', async (_, sql, message) => {
    await expect(open([{ name: '1.sql', sql }])).rejects.toMatchObject({ name: 'UsageError' });
    await expect(open([{ name: '1.sql', sql }])).rejects.toThrow(message);
  });
});
