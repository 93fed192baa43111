import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readMigrations } from './migration-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'project-config-'));
  mkdirSync(join(root, 'supabase/migrations'), { recursive: true });
  writeFileSync(join(root, 'supabase/migrations/1.sql'), 'select 1');
});
afterEach(() => rmSync(root, { recursive: true }));

function read(toml: string, folder = 'supabase/migrations') {
  writeFileSync(join(root, 'supabase/config.toml'), toml);
  return readMigrations([join(root, folder)]);
}

it('settings of the API come before the migrations, which may replace them', async () => {
  const [settings, ...others] = await read(
    `[api]\nport = 54321\nschemas = ["api", "public"]\nextra_search_path = ["it's"]\nmax_rows = 50`,
  );
  expect(settings).toEqual({
    name: 'config.toml',
    sql: `alter role authenticator set pgrst.db_schemas to 'public, api';
alter role authenticator set pgrst.db_extra_search_path to 'public, it''s';
alter role authenticator set pgrst.db_max_rows to '50';`,
  });
  expect(others).toEqual([{ name: '1.sql', sql: 'select 1' }]);
});

it('a project that changes none has only its migrations', async () => {
  expect(await read('[api]\nenabled = true\n[auth]\nsite_url = "x"')).toHaveLength(1);
  expect(await read('[api]\nmax_rows = 50', 'supabase/migrations/1.sql')).toHaveLength(1);
});

it.each(['__proto__', 'constructor', 'prototype'])('a section or setting named %s sets nothing', async (name) => {
  const toml = `[${name}.api]\nmax_rows = 1\n[api.${name}]\nmax_rows = 2\n[${name}]\nmax_rows = 3`;
  expect(await read(toml)).toEqual([{ name: '1.sql', sql: 'select 1' }]);
  for (const field of ['api', 'max_rows']) expect({}).not.toHaveProperty(field);
});

it.each([
  ['[api]\nschemas = "api"', 'api.schemas: Invalid input: expected array, received string'],
  ['[api]\nmax_rows = 0', 'api.max_rows: Too small: expected number to be >0'],
  ['[api]\nmax_rows = 1\nmax_rows = 2', 'Invalid TOML document: trying to redefine'],
])('%j is refused in one line that names the file', async (toml, problem) => {
  await expect(read(toml)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(/^\S+config\.toml: .*$/),
  });
  await expect(read(toml)).rejects.toThrow(problem);
});
