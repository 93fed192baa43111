import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchFiles, type WatchedFiles } from './watched-files.ts';

let root: string;
let watched: WatchedFiles;
const changed = new Set<string>();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ratchet-watched-'));
  for (const folder of ['app/lib', 'node_modules/p', '.next', 'reports']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  changed.clear();
  watched = watchFiles({
    root,
    ignored: [join(root, 'reports')],
    onChange: (file) => changed.add(file.slice(root.length + 1)),
  });
});
afterEach(() => {
  watched.close();
  rmSync(root, { recursive: true, force: true });
});

const write = (path: string): void => writeFileSync(join(root, path), '');
const told = (): string[] => [...changed];
const wait = { timeout: 20_000 };

it('tells of sources, migrations and settings that are written, renamed and removed', async () => {
  write('app/lib/render.ts');
  write('schema.sql');
  write('.env.local');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['app/lib/render.ts', 'schema.sql', '.env.local']));
  changed.clear();
  renameSync(join(root, 'schema.sql'), join(root, 'app/moved.sql'));
  rmSync(join(root, 'app/lib/render.ts'));
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['schema.sql', 'app/moved.sql', 'app/lib/render.ts']));
});

it('tells of files in new folders', async () => {
  mkdirSync(join(root, 'app/new/deep'), { recursive: true });
  write('app/new/deep/a.ts');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['app/new/deep/a.ts']));
  changed.clear();
  write('app/new/deep/b.ts');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['app/new/deep/b.ts']));
});

it('tells of files in a folder that was removed and made again', async () => {
  rmSync(join(root, 'app/lib'), { recursive: true });
  mkdirSync(join(root, 'app/lib'));
  write('app/lib/again.ts');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['app/lib/again.ts']));
});

it('does not tell of packages, hidden folders, reports, and what is no source', async () => {
  for (const path of ['node_modules/p/a.ts', '.next/a.ts', 'reports/a.json', 'README.md']) write(path);
  // Later changes are told later.
  write('last.ts');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['last.ts']));
  expect([...changed]).toEqual(['last.ts']);
});

it('tells nothing once it is closed', async () => {
  const other = new Set<string>();
  watchFiles({ root, ignored: [], onChange: (file) => other.add(file) }).close();
  write('last.ts');
  await expect.poll(told, wait).toEqual(expect.arrayContaining(['last.ts']));
  expect(other).toEqual(new Set());
});
