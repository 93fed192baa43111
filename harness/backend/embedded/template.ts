/** A template data directory, created once per version of everything that affects it, and copied for every server. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { cannotSwitch } from './account.ts';
import type { Binaries } from './binaries.ts';
import { noSpace } from '../postgres/full-disk.ts';
import { runCommand, type CommandOptions } from './short-lived-program.ts';
import { withTemporaryDirectory } from './temporary-directory.ts';
import { cacheDirectory } from './directories.ts';
import { INITDB_ARGUMENTS, SERVER_SETTINGS } from '../postgres/server-settings.ts';
import { STUB_EXTENSIONS, SUPABASE_SQL } from '../postgres/supabase-sql.ts';
import { stubExtensionSettings } from './stub-extensions.ts';

export interface TemplateOptions {
  binaries: Binaries;
  account: Account;
  signal?: AbortSignal;
  onProgress?(message: string): void;
  /** Called while another process is being waited for. */
  whileWaiting?(): void;
}

/** Returns the template's path, and creates the template if it is missing. Safe for concurrent processes. */
export async function template(options: TemplateOptions): Promise<string> {
  const cache = await cacheDirectory(options.account);
  const path = join(cache, `template-${fingerprint(options)}`);
  if (existsSync(path)) return path;
  options.onProgress?.(`preparing a PostgreSQL ${options.binaries.version} data directory (once)`);
  await withTemporaryDirectory(cache, async (temporary) => {
    await createDataDirectory(temporary, options.account);
    await initialise(join(temporary, 'data'), options);
    await publish(join(temporary, 'data'), path);
  });
  return path;
}

/** Copies the template, or the data of a stopped server, to `path`, whose parent belongs to the servers' user. */
export async function copyData(
  from: string,
  path: string,
  options: Pick<CommandOptions, 'account' | 'signal'>,
): Promise<void> {
  await runCommand('cp', ['-a', from, path], { ...options, cwd: '/' });
}

function fingerprint({ binaries, account }: TemplateOptions): string {
  const { version } = binaries;
  const contents = [SERVER_SETTINGS, SUPABASE_SQL, STUB_EXTENSIONS];
  const shape = [version, process.arch, account.uid, INITDB_ARGUMENTS, ...contents];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16);
}

async function createDataDirectory(parent: string, account: Account): Promise<void> {
  try {
    if (account.switchTo) await chown(parent, account.uid, account.gid);
    await mkdir(join(parent, 'data'), { mode: 0o700 });
    if (account.switchTo) await chown(join(parent, 'data'), account.uid, account.gid);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC') throw noSpace((error as Error).message);
    throw cannotSwitch(account, error);
  }
}

async function initialise(data: string, options: TemplateOptions): Promise<void> {
  const { binaries, account, signal } = options;
  const settings = parametersOf(SERVER_SETTINGS);
  const where = { account, cwd: data, ...(signal ? { signal } : {}) };
  const made = runCommand(binaries.initdb, [...INITDB_ARGUMENTS, ...settings, `--pgdata=${data}`], where);
  options.whileWaiting?.();
  await made;
  const single = parametersOf({
    ...(await stubExtensionSettings(account)),
    exit_on_error: 'true',
    log_min_messages: 'fatal',
  });
  const args = ['--single', '-j', ...single, '-D', data, 'postgres'];
  await runCommand(binaries.postgres, args, { ...where, input: SUPABASE_SQL });
}

function parametersOf(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Moves the template into place atomically. If another process was faster, its template is used. */
async function publish(data: string, path: string): Promise<void> {
  try {
    await rename(data, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}
