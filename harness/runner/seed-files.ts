/** Finds the seed files of a Supabase project, which its CLI applies after the migrations. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, parse as parsePath } from 'node:path';
import { projectConfig, projectFolder } from './project-config.ts';

/**
 * The seed files that belong to a folder of migrations: those that `[db.seed]` of `supabase/config.toml` names, by
 * default `supabase/seed.sql`; none if the folder is not a project's `supabase/migrations`. A pattern that matches no
 * file is skipped, as the CLI does.
 *
 * @throws UsageError if the project's config.toml is invalid
 */
export async function seedFiles(migrations: string): Promise<string[]> {
  const project = projectFolder(migrations);
  if (project === undefined) return [];
  const { db } = await projectConfig(migrations);
  const { enabled = true, sql_paths: patterns = ['./seed.sql'] } = db?.seed ?? {};
  if (!enabled) return [];
  const found = await Promise.all(patterns.map((pattern) => matching(project, pattern)));
  return [...new Set(found.flat())];
}

/** The files that a pattern with `*` and `?` matches, in name order. As in Go's `path.Glob`, neither matches a slash. */
async function matching(folder: string, pattern: string): Promise<string[]> {
  const { root } = parsePath(pattern);
  let paths = [isAbsolute(pattern) ? root : folder];
  for (const segment of pattern.slice(root.length).split('/')) {
    if (segment === '' || segment === '.') continue;
    paths = (await Promise.all(paths.map((path) => entriesOf(path, segment)))).flat();
  }
  return paths;
}

async function entriesOf(folder: string, segment: string): Promise<string[]> {
  if (!/[*?]/.test(segment)) return existsSync(join(folder, segment)) ? [join(folder, segment)] : [];
  const literal = segment.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const shape = new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => shape.test(name))
    .sort()
    .map((name) => join(folder, name));
}
