import type { Trial } from './connection-trial.ts';

const STEP_MS = 10;

/** Resolves to what `work` resolves to, or to `undefined` after the time-out. */
export async function within<T>({ clock, timeoutMs }: Trial, work: Promise<T>): Promise<T | undefined> {
  const over = new AbortController();
  const timeout = clock.sleep(timeoutMs, over.signal).then(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    over.abort();
  }
}

/**
 * Waits until `isReached`, which is asked every 10 ms.
 * @param isQuiet starts the time-out again while it is false
 * @returns whether it was reached before the time-out
 */
export async function until(
  { clock, timeoutMs }: Trial,
  isReached: () => boolean | Promise<boolean>,
  lastChange: () => number = () => 0,
): Promise<boolean> {
  const begun = clock.now();
  while (!(await isReached())) {
    const waited = clock.now() - Math.max(begun, lastChange());
    if (waited > timeoutMs * 1e6) return false;
    await clock.sleep(STEP_MS);
  }
  return true;
}
