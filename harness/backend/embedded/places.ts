/** Directories: where clusters live while they run, and where what is made once is kept. */
import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors.ts';

export const CLUSTER_PREFIX = 'ratchet-';

const MEMORY = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;
const MEMORY_ROOM_BYTES = 768 * 1024 * 1024;
/** PostgreSQL's and the kernel's limit for a socket's path is 103 bytes on macOS, 107 on Linux. */
const SOCKET_PATH_BYTES_MAX = 100;
const LONGEST_INSIDE = `/${CLUSTER_PREFIX}XXXXXX/replica-99.proxy/.s.PGSQL.5432`;

/** Every directory in which a cluster may have been made: for the sweep. */
export function clusterRoots(): string[] {
  return [...new Set([MEMORY, tmpdir(), '/tmp'])];
}

/** Shared memory when it has room, else the temp directory; `/tmp` when its name is too long for sockets. */
export async function clusterRoot(): Promise<string> {
  if (await hasRoomInMemory()) return MEMORY;
  const fits = tmpdir().length + LONGEST_INSIDE.length <= SOCKET_PATH_BYTES_MAX;
  return fits ? tmpdir() : '/tmp';
}

export async function makeClusterDirectory(): Promise<string> {
  const root = await clusterRoot();
  try {
    const directory = await mkdtemp(join(root, CLUSTER_PREFIX));
    await chmod(directory, 0o711);
    return directory;
  } catch (cause) {
    throw new EnvironmentError(
      'embedded-temp-directory',
      `Cannot create a directory in ${root}: ${(cause as Error).message}.`,
      'Point TMPDIR to a writable directory with some hundred megabytes of room.',
      cause,
    );
  }
}

/** Made if missing. Only we (or root) may write to it, for what lies in it is executed. */
export async function cacheDirectory(): Promise<string> {
  const candidates = [
    process.env['RATCHET_CACHE_DIR'],
    systemCache(),
    join(tmpdir(), `ratchet-cache-${process.getuid?.()}`),
  ];
  for (const path of candidates) {
    if (path && (await usable(path))) return path;
  }
  throw new EnvironmentError(
    'embedded-cache-directory',
    `None of ${candidates.filter(Boolean).join(', ')} can be written to by this user alone.`,
    'Point RATCHET_CACHE_DIR to a directory of your own.',
  );
}

export async function freeBytes(path: string): Promise<number> {
  const stats = await statfs(path);
  return stats.bavail * stats.bsize;
}

export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

function systemCache(): string {
  const mac = process.platform === 'darwin';
  if (process.getuid?.() === 0) return mac ? '/Library/Caches/ratchet' : '/var/cache/ratchet';
  return mac
    ? join(homedir(), 'Library/Caches/ratchet')
    : join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ratchet');
}

async function usable(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    const stats = await lstat(path);
    const ours = stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
    await access(path, constants.W_OK | constants.X_OK);
    return ours && stats.isDirectory();
  } catch {
    return false;
  }
}

async function hasRoomInMemory(): Promise<boolean> {
  try {
    await access(MEMORY, constants.W_OK | constants.X_OK);
    const stats = await statfs(MEMORY);
    return stats.type === TMPFS_MAGIC && stats.bavail * stats.bsize >= MEMORY_ROOM_BYTES;
  } catch {
    return false;
  }
}
