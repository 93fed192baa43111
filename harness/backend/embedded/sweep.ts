/** Removes the directories and servers of clusters whose process is dead, in case their watchdog was killed, too. */
import { lstatSync, readFileSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { OWNER_FILE, commandLineOf, isDead, readOwner, userOf } from '../../lifetime/owner.ts';
import type { Account } from './account.ts';
import { CLUSTER_PREFIX, removeDirectory } from './directories.ts';
import { thawTree } from './process-tree.ts';

/**
 * Returns the removed directories. Keeps those without an owner file, those whose owner may be alive, and those that
 * another user may have made: the roots are open to all users.
 * @param account the user of the servers
 */
export async function sweep(roots: readonly string[], account: Pick<Account, 'uid'>): Promise<string[]> {
  const swept: string[] = [];
  for (const directory of roots.flatMap(clustersIn)) {
    const owner = isOwn(directory, account) ? readOwner(directory) : undefined;
    if (!owner || !isDead(owner)) continue;
    for (const pid of serversIn(directory, account)) killQuietly(pid);
    await removeDirectory(directory).then(
      () => swept.push(directory),
      () => undefined, // It belongs to another user, or is already removed.
    );
  }
  return swept;
}

function clustersIn(root: string): string[] {
  return namesIn(root)
    .filter((name) => name.startsWith(CLUSTER_PREFIX))
    .map((name) => join(root, name));
}

/**
 * The owner file is written by this user and never changed. The directory belongs to this user, or to that of the
 * servers, who could replace the file but not make it this user's. Links are not followed.
 */
function isOwn(directory: string, account: Pick<Account, 'uid'>): boolean {
  const self = process.getuid?.();
  const folder = statOf(directory);
  const file = statOf(join(directory, OWNER_FILE));
  if (folder?.isDirectory() !== true || file?.isFile() !== true) return false;
  return file.uid === self && file.nlink === 1 && (folder.uid === self || folder.uid === account.uid);
}

/** Without following links; `undefined` also for what this user may not see: then it belongs to another one. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Empty if the directory cannot be read: then it belongs to another user. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * The processes in `postmaster.pid` files that are servers of this directory, by their command line and their user: the
 * servers' user can write anything to these files.
 */
function serversIn(directory: string, account: Pick<Account, 'uid'>): number[] {
  return namesIn(directory).flatMap((name) => {
    const data = join(directory, name);
    const pid = pidIn(join(data, 'postmaster.pid'));
    return pid !== undefined && userOf(pid) === account.uid && commandLineOf(pid).includes(data) ? [pid] : [];
  });
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function killQuietly(pid: number): void {
  try {
    thawTree(pid);
    process.kill(pid, 'SIGQUIT');
  } catch {
    // It has ended meanwhile, or belongs to another user.
  }
}
