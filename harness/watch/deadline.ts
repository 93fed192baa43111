/** A time limit for one request. */
import type { Clock } from '../clock.ts';

/** The request took longer than its limit. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Runs `act` with a signal that aborts at the limit, or with `signal`. Nothing refers to it afterwards, also if `signal` lives
 * for weeks.
 * @throws DeadlineError after `limitMs`
 */
export async function withDeadline<T>(
  { clock, limitMs, signal }: { clock: Clock; limitMs: number; signal: AbortSignal },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = new AbortController();
  const done = new AbortController();
  const abort = (): void => request.abort();
  let isLate = false;
  signal.addEventListener('abort', abort, { once: true });
  void clock.sleep(limitMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    isLate = true;
    request.abort();
  });
  try {
    return await act(request.signal);
  } catch (error) {
    throw isLate ? new DeadlineError(`no answer within ${limitMs / 1e3} s`) : error;
  } finally {
    done.abort();
    signal.removeEventListener('abort', abort);
  }
}

/**
 * The text of an answer.
 * @throws Error if it is longer than `bytesMax`
 */
export async function boundedText(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > bytesMax) throw new Error(`the answer is longer than ${bytesMax} bytes`);
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}
