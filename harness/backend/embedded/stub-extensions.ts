/** The stub extensions as files in the cache, where a server finds them beside its own extensions. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STUB_EXTENSIONS } from '../postgres/supabase-sql.ts';
import { controlFile, scriptName } from '../postgres/surroundings/stub-extension.ts';
import type { Account } from './account.ts';
import { cacheDirectory } from './directories.ts';
import { withTemporaryDirectory } from './temporary-directory.ts';

/** Writes the files if they are missing, and returns the settings of a server that uses them. */
export async function stubExtensionSettings(account: Account): Promise<Record<string, string>> {
  const cache = await cacheDirectory(account);
  const path = join(cache, `extensions-${fingerprint()}`);
  if (!existsSync(path)) await withTemporaryDirectory(cache, (temporary) => write(temporary, path));
  return { extension_control_path: `$system:${path}` };
}

function fingerprint(): string {
  return createHash('sha256').update(JSON.stringify(STUB_EXTENSIONS)).digest('hex').slice(0, 16);
}

async function write(temporary: string, path: string): Promise<void> {
  const root = join(temporary, 'root');
  // PostgreSQL appends this name to each directory of `extension_control_path`.
  const directory = join(root, 'extension');
  await mkdir(directory, { recursive: true });
  for (const stub of STUB_EXTENSIONS) {
    await writeFile(join(directory, `${stub.name}.control`), controlFile(stub));
    await writeFile(join(directory, scriptName(stub)), stub.sql);
  }
  // The servers may run as another user.
  for (const made of [root, directory]) await chmod(made, 0o755);
  // If another process was faster, its files are used.
  await rename(root, path).catch(() => undefined);
}
