/** Directories: those of running clusters, and the cache. */
import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors.ts';
import { OWNER_FILE } from '../../lifetime/owner.ts';
import type { Account } from './account.ts';
import { reachableBy } from './account.ts';

export const CLUSTER_PREFIX = 'ratchet-';

const MEMORY = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;
const MEMORY_FREE_BYTES_MIN = 768 * 1024 * 1024;
/** PostgreSQL's and the kernel's limit for a socket's path is 103 bytes on macOS, 107 on Linux. */
const SOCKET_PATH_BYTES_MAX = 100;
const LONGEST_INSIDE = `/${CLUSTER_PREFIX}XXXXXX/replica-99.proxy/.s.PGSQL.5432`;

/** Every directory in which a cluster may have been created, for the sweep. */
export function clusterRoots(): string[] {
  return [...new Set([MEMORY, tmpdir(), '/tmp'])];
}

/**
 * Shared memory if it has enough space, otherwise the temp directory; `/tmp` if the temp directory's path is too long
 * for sockets or has a comma, which in PostgreSQL separates hosts, or the servers' user may not enter it.
 */
export async function clusterRoot(account: Account): Promise<string> {
  if (await hasFreeMemory()) return MEMORY;
  const fits = Buffer.byteLength(tmpdir()) + LONGEST_INSIDE.length <= SOCKET_PATH_BYTES_MAX;
  return fits && !tmpdir().includes(',') && enters(account, tmpdir()) ? tmpdir() : '/tmp';
}

export async function makeClusterDirectory(account: Account): Promise<string> {
  const root = await clusterRoot(account);
  try {
    const directory = await mkdtemp(join(root, CLUSTER_PREFIX));
    await chmod(directory, 0o711);
    return directory;
  } catch (cause) {
    throw new EnvironmentError(
      'embedded-temp-directory',
      `Cannot create a directory in ${root}: ${(cause as Error).message}.`,
      'Point TMPDIR to a writable directory with some hundred megabytes of free space.',
      cause,
    );
  }
}

/**
 * RATCHET_CACHE_DIR, otherwise the system's cache directory, otherwise one in the temp directory; created if missing.
 * Files in it are executed, so that only this user (or root) may have write access.
 */
export async function cacheDirectory(account: Account): Promise<string> {
  const named = process.env['RATCHET_CACHE_DIR'];
  const candidates = named ? [named] : [systemCache(), join(tmpdir(), `ratchet-cache-${process.getuid?.()}`)];
  for (const path of candidates) {
    if ((await usable(path)) && enters(account, path)) return path;
  }
  throw new EnvironmentError(
    'embedded-cache-directory',
    `Cannot use ${candidates.join(' or ')} as a cache: it must belong to this user, and no other user may have write access.`,
    `Point RATCHET_CACHE_DIR to such a directory, which the user ${account.name} may enter.`,
  );
}

export async function freeBytes(path: string): Promise<number> {
  const stats = await statfs(path);
  return stats.bavail * stats.bsize;
}

/** The owner file goes last: if this process is killed meanwhile, what remains still has its owner, and is swept. */
export async function removeDirectory(path: string): Promise<void> {
  const names = await readdir(path).catch(() => []);
  for (const name of names.filter((each) => each !== OWNER_FILE)) await remove(join(path, name));
  await remove(path);
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

function systemCache(): string {
  const mac = process.platform === 'darwin';
  if (process.getuid?.() === 0) return mac ? '/Library/Caches/ratchet' : '/var/cache/ratchet';
  return mac
    ? join(homedir(), 'Library/Caches/ratchet')
    : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ratchet');
}

function enters(account: Account, path: string): boolean {
  try {
    return reachableBy(account, path);
  } catch {
    return false;
  }
}

async function usable(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    const stats = await lstat(path);
    const isOwn = stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
    await access(path, constants.W_OK | constants.X_OK);
    return isOwn && stats.isDirectory();
  } catch {
    return false;
  }
}

async function hasFreeMemory(): Promise<boolean> {
  try {
    await access(MEMORY, constants.W_OK | constants.X_OK);
    const stats = await statfs(MEMORY);
    return stats.type === TMPFS_MAGIC && stats.bavail * stats.bsize >= MEMORY_FREE_BYTES_MIN;
  } catch {
    return false;
  }
}
