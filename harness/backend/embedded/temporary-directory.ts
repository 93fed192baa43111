/** Folders of the cache while they are made: with an owner, so that the sweep finds those of the dead. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOwner } from '../../lifetime/owner.ts';
import { CLUSTER_PREFIX, discard } from './directories.ts';

/** Makes a folder in the cache and hands it to `make`; it is gone afterwards, whatever happened. */
export async function withTemporaryDirectory<T>(cache: string, make: (draft: string) => Promise<T>): Promise<T> {
  const draft = await mkdtemp(join(cache, `${CLUSTER_PREFIX}draft-`));
  try {
    await writeOwner(draft);
    return await make(draft);
  } finally {
    await discard(draft);
  }
}
