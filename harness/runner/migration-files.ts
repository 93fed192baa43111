/** Reads a subject's migrations: SQL files, or folders of them in name order, as the Supabase CLI does. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';

/** @throws UsageError if a path is missing or contains no SQL files */
export async function readMigrations(paths: readonly string[]): Promise<{ name: string; sql: string }[]> {
  const migrations: { name: string; sql: string }[] = [];
  for (const path of paths) {
    for (const file of await sqlFiles(path))
      migrations.push({ name: basename(file), sql: await readFile(file, 'utf8') });
  }
  return migrations;
}

async function sqlFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new UsageError('migrations-missing', `${path}: no such file or folder of migrations`);
  if (!info.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length === 0) throw new UsageError('migrations-missing', `${path}: no .sql file in this folder`);
  return names.map((name) => join(path, name));
}
