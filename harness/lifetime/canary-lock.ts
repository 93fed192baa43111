/** Lets one canary at a time use a file of state: a second one would overwrite what the first remembers. */
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { wallTime } from '../clock.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import { isDead, isElsewhere, parseOwner, thisOwner } from './owner.ts';
import { shortPath } from '../short-path.ts';
import { writing } from '../writing.ts';

export interface CanaryLock {
  /** Shows that this canary still runs. @throws EnvironmentError if another one has taken the file over */
  refresh(): void;
  release(): void;
}

/** A process of another host or container cannot be asked whether it runs: its lock is stale after this long without a refresh. */
const STALE_AFTER_MS = 60_000;
const HINT = 'name another file with --state FILE';

/**
 * The lock of a canary that was killed is taken over.
 * @throws UsageError if another canary uses the file; EnvironmentError if nothing can be written beside it
 */
export function lockState(file: string): CanaryLock {
  const lock = `${file}.lock`;
  const own = JSON.stringify(thisOwner());
  const isOwn = (): boolean => contentOf(lock) === own;
  while (!isCreated(file, lock, own)) removeStale(file, lock);
  return {
    refresh() {
      if (!isOwn()) {
        const problem = `${shortPath(file)} was taken over by another canary, because this one did not run for a time`;
        throw new EnvironmentError('canary-state-taken', problem, 'end one of the two');
      }
      writing(file, 'canary-state-unwritable', HINT, () => utimesSync(lock, wallTime(), wallTime()));
    },
    release() {
      if (isOwn()) rmSync(lock, { force: true });
    },
  };
}

function isCreated(file: string, lock: string, own: string): boolean {
  return writing(file, 'canary-state-unwritable', HINT, () => {
    try {
      writeFileSync(lock, own, { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/** @throws UsageError if the canary that holds the lock runs, as far as is known */
function removeStale(file: string, lock: string): void {
  const found = contentOf(lock);
  if (found === undefined) return;
  if (!isStale(lock, found)) {
    const owner = parseOwner(found);
    const by =
      owner === undefined ? '' : `, process ${owner.pid}${isElsewhere(owner) ? ' of another host or container' : ''}`;
    const problem = `${shortPath(file)} is in use by another canary${by}`;
    throw new UsageError('canary-state-in-use', problem, `end that one, or ${HINT}`);
  }
  const removed = `${lock}.${process.pid}`;
  writing(file, 'canary-state-unwritable', HINT, () => {
    try {
      renameSync(lock, removed);
      // Another canary may have taken the stale lock over meanwhile.
      if (contentOf(removed) !== found) linkSync(removed, lock);
    } catch (error) {
      if (!['ENOENT', 'EEXIST'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    } finally {
      rmSync(removed, { force: true });
    }
  });
}

/** A lock without an owner is being written, or its canary was killed meanwhile. */
function isStale(lock: string, content: string): boolean {
  const owner = parseOwner(content);
  if (owner !== undefined && !isElsewhere(owner)) return isDead(owner);
  const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return wallTime().getTime() - mtimeMs > STALE_AFTER_MS;
}

function contentOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}
