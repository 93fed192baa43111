/** Reads a subject's migrations: SQL files, or folders of them in name order, as the Supabase CLI does. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Subject } from '../port/subject.ts';
import { apiSettings, projectConfig } from './project-config.ts';
import { seedFiles } from './seed-files.ts';

export interface MigrationChoice {
  /** Whether the seed files of a project's `supabase/migrations` are applied after all migrations. Default: yes. */
  seed?: boolean;
}

/**
 * The migrations of a subject, followed by the seed files of its project, which a seed of its own replaces.
 * @throws UsageError if a path is missing or contains no SQL files
 */
export function migrationsOf({
  migrations,
  seed,
}: Pick<Subject, 'migrations' | 'seed'>): ReturnType<typeof readMigrations> {
  return readMigrations(migrations, { seed: seed === undefined });
}

/**
 * The settings of the API that the projects' `config.toml` make, the migrations, and the seed.
 * @throws UsageError if a path is missing or contains no SQL files, or a `config.toml` is invalid
 */
export async function readMigrations(
  paths: readonly string[],
  { seed = true }: MigrationChoice = {},
): Promise<{ name: string; sql: string }[]> {
  const settings = (await Promise.all(paths.map(projectConfig))).flatMap(apiSettings);
  const files: string[] = [];
  for (const path of paths) files.push(...(await sqlFiles(path)));
  if (seed) for (const path of paths) files.push(...(await seedFiles(path)));
  const read = files.map(async (file) => ({ name: basename(file), sql: await readFile(file, 'utf8') }));
  const configured = settings.length === 0 ? [] : [{ name: 'config.toml', sql: settings.join('\n') }];
  return [...configured, ...(await Promise.all(read))];
}

async function sqlFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new UsageError('migrations-missing', `${path}: no such file or folder of migrations`);
  if (!info.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length === 0) throw new UsageError('migrations-missing', `${path}: no .sql file in this folder`);
  return names.map((name) => join(path, name));
}
