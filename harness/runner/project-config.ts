/** Reads `supabase/config.toml`, in which a Supabase project keeps the settings of its local environment. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { shortPath } from '../short-path.ts';

/** What of it applies to the databases and their API. Other sections are not read. */
const ProjectConfig = z.object({
  api: z
    .object({
      schemas: z.array(z.string()).optional(),
      extra_search_path: z.array(z.string()).optional(),
      max_rows: z.int().positive().optional(),
    })
    .optional(),
  db: z
    .object({
      seed: z.object({ enabled: z.boolean().default(true), sql_paths: z.array(z.string()).optional() }).optional(),
    })
    .optional(),
});
export type ProjectConfig = z.output<typeof ProjectConfig>;

/** The folder `supabase` of a project, if the given one is its folder of migrations. */
export function projectFolder(migrations: string): string | undefined {
  const project = dirname(resolve(migrations));
  return basename(resolve(migrations)) === 'migrations' && basename(project) === 'supabase' ? project : undefined;
}

/**
 * The config of the project to which a folder of migrations belongs; empty if there is none.
 * @throws UsageError if it is invalid
 */
export async function projectConfig(migrations: string): Promise<ProjectConfig> {
  const project = projectFolder(migrations);
  const file = join(project ?? '', 'config.toml');
  if (project === undefined || !existsSync(file)) return {};
  try {
    return ProjectConfig.parse(parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new UsageError('config-toml', `${shortPath(file)}: ${reasonOf(error as Error)}`, HINT);
  }
}

function reasonOf(error: Error): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  if (issue === undefined) return error.message.split('\n', 1).join('');
  return `${issue.path.join('.')}: ${issue.message}`;
}

const HINT = 'of its settings, [api] schemas, extra_search_path and max_rows, and [db.seed] apply';

/**
 * The settings of PostgREST that the config makes, as SQL. Like Supabase's CLI, `public` is always exposed. A setting that a
 * migration makes later replaces them.
 */
export function apiSettings({ api = {} }: ProjectConfig): string[] {
  const { schemas, extra_search_path: path, max_rows: rowsMax } = api;
  return [
    ...(schemas ? [setting('db_schemas', withPublic(schemas))] : []),
    ...(path ? [setting('db_extra_search_path', withPublic(path))] : []),
    ...(rowsMax ? [setting('db_max_rows', String(rowsMax))] : []),
  ];
}

function withPublic(schemas: readonly string[]): string {
  return [...new Set(['public', ...schemas])].join(', ');
}

function setting(name: string, value: string): string {
  return `alter role authenticator set pgrst.${name} to '${value.replaceAll("'", "''")}';`;
}
