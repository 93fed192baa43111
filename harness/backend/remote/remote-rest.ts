/** REST of one database of the target, for an application that does not know the target's keys. */
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import type { Keys } from '../postgres/api-keys.ts';

/** Never sent on: they are the connection's, or of the body as it came over it. */
const OF_THE_BODY = ['content-encoding', 'content-length', 'transfer-encoding'];

export interface RestOptions {
  /** Of the API. */
  url: string;
  /** What the target takes. */
  real: Keys;
  /** What the application has instead, so that nothing it prints or sends elsewhere opens the target. */
  given: Keys;
}

/** Rejects when the target cannot be reached. The real keys are replaced in whatever it answers. */
export async function askTarget({ url, real, given }: RestOptions, request: HttpMessage): Promise<HttpAnswer> {
  const inward = (text: string): string => exchanged(text, given, real);
  const outward = (text: string): string => exchanged(text, real, given);
  const { pathname, search } = request.url;
  const headers = new Headers([...request.headers].map(([name, value]) => [name, inward(value)]));
  headers.delete('host');
  const key = headers.get('apikey');
  if (key !== null && !headers.has('authorization')) {
    for (const [name, value] of Object.entries(keyHeaders(key))) headers.set(name, value);
  }
  const response = await fetch(`${url}${pathname}${inward(search)}`, {
    method: request.method,
    headers,
    // Keys must not follow to elsewhere.
    redirect: 'manual',
    ...(request.body === '' ? {} : { body: request.body }),
  });
  const answered = new Headers([...response.headers].map(([name, value]) => [name, outward(value)]));
  for (const name of OF_THE_BODY) answered.delete(name);
  return { status: response.status, headers: answered, body: outward(await response.text()) };
}

/** A key of the old form is a token as well, one of the new form must not stand there. */
export function keyHeaders(key: string): Record<string, string> {
  return /^sb_(publishable|secret)_/.test(key) ? { apikey: key } : { apikey: key, authorization: `Bearer ${key}` };
}

function exchanged(text: string, from: Keys, to: Keys): string {
  return text.replaceAll(from.secret, to.secret).replaceAll(from.publishable, to.publishable);
}
