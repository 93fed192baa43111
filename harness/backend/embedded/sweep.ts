/** Removes the directories and servers of clusters whose process is dead, in case their watchdog was killed, too. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandLineOf, isDead, readOwner } from '../../lifetime/owner.ts';
import { CLUSTER_PREFIX, removeDirectory } from './directories.ts';
import { thawTree } from './process-tree.ts';

/** Returns the removed directories. Keeps those without an owner file, and those whose owner may be alive. */
export async function sweep(roots: readonly string[]): Promise<string[]> {
  const swept: string[] = [];
  for (const directory of roots.flatMap(clustersIn)) {
    const owner = readOwner(directory);
    if (!owner || !isDead(owner)) continue;
    for (const pid of serversIn(directory)) killQuietly(pid);
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

/** Empty if the directory cannot be read: then it belongs to another user. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The processes in `postmaster.pid` files whose command line shows that they are servers of this directory. */
function serversIn(directory: string): number[] {
  return namesIn(directory)
    .map((name) => pidIn(join(directory, name, 'postmaster.pid')))
    .filter((pid) => pid !== undefined && commandLineOf(pid).includes(basename(directory))) as number[];
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
