/**
 * One HTTP request and its answer. By Node's own client instead of `fetch`, whose requests stay in memory until the next full
 * garbage collection: a canary would grow and shrink by many megabytes.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../clock.ts';

export interface HttpExchange {
  url: URL;
  method?: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** The time until the last byte of the answer. */
  limitMs: number;
  signal: AbortSignal;
  clock: Clock;
  /** Follows redirects, as a browser does. A redirect to another origin does not get the headers of the first request. */
  followsRedirects?: boolean;
}

export interface HttpResult {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The request took longer than its limit. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

const ANSWER_BYTES_MAX = 1_000_000;
const REDIRECTS_MAX = 10;

/**
 * @throws DeadlineError after the time limit; Error if the server cannot be reached, the answer is longer than a megabyte, or
 *   `signal` aborts
 */
export async function exchange(asked: HttpExchange): Promise<HttpResult> {
  const { clock, limitMs, signal } = asked;
  const attempt = new AbortController();
  const done = new AbortController();
  const abort = (): void => attempt.abort();
  let isLate = false;
  signal.addEventListener('abort', abort, { once: true });
  void clock.sleep(limitMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    isLate = true;
    attempt.abort();
  });
  try {
    return await follow(asked, attempt.signal);
  } catch (error) {
    throw isLate ? new DeadlineError(`no answer within ${limitMs / 1e3} s`) : error;
  } finally {
    done.abort();
    signal.removeEventListener('abort', abort);
  }
}

async function follow(
  { url: first, method = 'GET', headers, body, followsRedirects }: HttpExchange,
  signal: AbortSignal,
): Promise<HttpResult> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const sent = url.origin === first.origin ? headers : {};
    const answer = await send({ url, method, headers: { ...sent, 'accept-encoding': 'identity' }, body }, signal);
    const { location } = answer.headers;
    if (!followsRedirects || location === undefined || answer.status < 300 || answer.status > 399) return answer;
    if (redirects === REDIRECTS_MAX) throw new Error(`more than ${REDIRECTS_MAX} redirects`);
    url = new URL(location, url);
  }
}

function send(
  { url, method, headers, body }: Pick<HttpExchange, 'url' | 'headers' | 'body'> & { method: string },
  signal: AbortSignal,
): Promise<HttpResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('aborted'));
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = start(url, { method, headers }, (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      );
    });
    const abort = (): void => void request.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', reject);
    request.on('close', () => signal.removeEventListener('abort', abort));
    request.end(body);
  });
}

function textOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > ANSWER_BYTES_MAX) response.destroy(new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`));
    });
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
