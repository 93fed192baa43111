/** Connects a project: reads its migrations and routes, and writes the files of a subject. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { readCatalogue } from '../runner/migrated-catalogue.ts';
import { decideSubject, type Decide } from '../scaffold/decisions.ts';
import { findRoutes } from '../scaffold/found-routes.ts';
import { PROJECT_FILES, projectFiles } from '../scaffold/project-files.ts';
import { startCommand } from '../scaffold/start-command.ts';

export interface InitOptions {
  /** The folder of the project. */
  folder: string;
  /** The folder of the migrations, relative to that of the project. */
  migrations: string;
  /** Replaces files that exist. */
  overwrite: boolean;
  decide: Decide;
  onProgress(message: string): void;
}

/**
 * @returns the paths of the files that were written, relative to the project
 * @throws UsageError if a file exists, if the migrations or routes lack what a subject needs, or for a bad answer; nothing
 *   has been written then
 */
export async function initProject(options: InitOptions): Promise<string[]> {
  const { folder, migrations, overwrite, decide, onProgress } = options;
  const existing = PROJECT_FILES.find((path) => existsSync(join(folder, path)));
  if (existing !== undefined && !overwrite) {
    throw new UsageError(
      'init-exists',
      `${existing} exists already`,
      'replace the files of an earlier init with --force',
    );
  }
  if (!existsSync(resolve(folder, migrations))) {
    const hint = 'run this in the folder of the project, or name the folder of the migrations with --migrations';
    throw new UsageError('migrations-missing', `no folder ${migrations} in ${folder}`, hint);
  }
  onProgress('applying the migrations');
  const tables = await readCatalogue([resolve(folder, migrations)]);
  const project = { tables, routes: await findRoutes(folder), startCommand: await startCommand(folder) };
  const files = projectFiles(await decideSubject(project, decide), migrations);
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return files.map(({ path }) => path);
}
