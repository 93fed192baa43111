import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMigrations } from './migration-files.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'seed-files-'))));
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

const namesOf = async (paths: string[], choice = {}): Promise<string[]> =>
  (
    await readMigrations(
      paths.map((path) => join(root, path)),
      choice,
    )
  ).map(({ name }) => name);

const PROJECT = { 'supabase/migrations/1.sql': 'select 1', 'supabase/seed.sql': 'select 2', 'more/2.sql': 'select 3' };

describe('the seed of a project', () => {
  it('follows all migrations', async () => {
    write(PROJECT);
    expect(await namesOf(['supabase/migrations', 'more'])).toEqual(['1.sql', '2.sql', 'seed.sql']);
  });

  it('is left out on request, and of a folder that is not the project’s', async () => {
    write({ ...PROJECT, 'other/migrations/1.sql': '', 'other/seed.sql': '' });
    expect(await namesOf(['supabase/migrations'], { seed: false })).toEqual(['1.sql']);
    expect(await namesOf(['other/migrations', 'supabase/migrations/1.sql'])).toEqual(['1.sql', '1.sql']);
  });

  it('may be missing', async () => {
    write({ 'supabase/migrations/1.sql': '', 'supabase/config.toml': 'project_id = "x"' });
    expect(await namesOf(['supabase/migrations'])).toEqual(['1.sql']);
  });

  it('is what config.toml names, each file once, in the order of the patterns', async () => {
    const toml = '[db.seed]\nenabled = true\nsql_paths = ["./seeds/b*.sql", "seeds/?.sql", "nothing/*.sql"]';
    write({ ...PROJECT, 'supabase/config.toml': toml });
    write({ 'supabase/seeds/a.sql': '', 'supabase/seeds/b.sql': '', 'supabase/seeds/ba.sql': '' });
    expect(await namesOf(['supabase/migrations'])).toEqual(['1.sql', 'b.sql', 'ba.sql', 'a.sql']);
  });

  it('is switched off by config.toml', async () => {
    write({ ...PROJECT, 'supabase/config.toml': '[db.seed]\nenabled = false' });
    expect(await namesOf(['supabase/migrations'])).toEqual(['1.sql']);
  });

  it.each([
    ['[db', /config\.toml: Invalid TOML/],
    ['[db.seed]\nsql_paths = "seed.sql"', /config\.toml: .*expected array/],
  ])('is an error of one line where config.toml is %j', async (toml, message) => {
    write({ ...PROJECT, 'supabase/config.toml': toml });
    await expect(namesOf(['supabase/migrations'])).rejects.toThrow(message);
    await expect(namesOf(['supabase/migrations'])).rejects.toThrow(/^.*$/);
  });
});
