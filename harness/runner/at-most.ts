import type { Clock } from '../clock.ts';
import { OVER } from '../recording/moments.ts';

/** Waits for `work`, but no longer than `milliseconds`, or until `signal` aborts. Rejects if `work` does before. */
export async function atMost(
  milliseconds: number,
  work: Promise<unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  signal.addEventListener('abort', () => over.abort(OVER), { once: true });
  await Promise.race([work, clock.sleep(milliseconds, over.signal)]);
  over.abort(OVER);
}
