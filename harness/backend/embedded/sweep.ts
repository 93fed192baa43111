/** Removes what clusters of dead processes left behind, should even their watchdog have been killed. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandLineOf, isDead, readOwner } from '../../lifetime/owner.ts';
import { CLUSTER_PREFIX, discard } from './directories.ts';
import { thawTree } from './process-tree.ts';

/** The directories that it removed. Leaves alone whatever is not ours or whose owner may be alive. */
export async function sweep(roots: readonly string[]): Promise<string[]> {
  const swept: string[] = [];
  for (const directory of roots.flatMap(clustersIn)) {
    const owner = readOwner(directory);
    if (!owner || !isDead(owner)) continue;
    for (const pid of serversIn(directory)) killQuietly(pid);
    await discard(directory).then(
      () => swept.push(directory),
      () => undefined, // Another user's, or gone already.
    );
  }
  return swept;
}

function clustersIn(root: string): string[] {
  return namesIn(root)
    .filter((name) => name.startsWith(CLUSTER_PREFIX))
    .map((name) => join(root, name));
}

/** None where we may not look: what we cannot enter is not ours. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Processes that `postmaster.pid` files name and that really are servers of this directory. */
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
    // It ended meanwhile, or is another user's.
  }
}
