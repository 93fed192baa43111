/** Temporary directories in the cache. Each names its owner, so that the sweep removes those of dead processes. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOwner } from '../../lifetime/owner.ts';
import { CLUSTER_PREFIX, removeDirectory } from './directories.ts';

/** Calls `use` with a new directory in the cache, and removes it when `use` has settled. */
export async function withTemporaryDirectory<T>(cache: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(cache, `${CLUSTER_PREFIX}temporary-`));
  try {
    await writeOwner(directory);
    return await use(directory);
  } finally {
    await removeDirectory(directory);
  }
}
