/** Forwards REST requests to one database of the target, and replaces the application's keys by the target's. */
import { encodingOf, type HttpAnswer, type HttpMessage } from '../../port/message.ts';
import type { KeyPair } from '../../gateway/api-access.ts';

/** Headers that describe the transfer of the body; the body has been decoded. */
const TRANSFER_HEADERS = ['content-encoding', 'content-length', 'transfer-encoding'];

export interface RestOptions {
  /** URL of the API. */
  url: string;
  /** The keys of the target. */
  real: KeyPair;
  /** The keys that the application has instead, so that nothing it prints or sends gives access to the target. */
  given: KeyPair;
}

/** Rejects if the target cannot be reached. The real keys are also replaced in the answer. */
export async function requestTarget({ url, real, given }: RestOptions, request: HttpMessage): Promise<HttpAnswer> {
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
    // The keys must not be sent to another host.
    redirect: 'manual',
    ...(request.body === '' ? {} : { body: Buffer.from(request.body, encodingOf(headers)) }),
  });
  const answerHeaders = new Headers([...response.headers].map(([name, value]) => [name, outward(value)]));
  for (const name of TRANSFER_HEADERS) answerHeaders.delete(name);
  return { status: response.status, headers: answerHeaders, body: outward(await response.text()) };
}

/** A key of the old format is also a token; one of the new format must not be sent as a token. */
export function keyHeaders(key: string): Record<string, string> {
  return /^sb_(publishable|secret)_/.test(key) ? { apikey: key } : { apikey: key, authorization: `Bearer ${key}` };
}

export function exchanged(text: string, from: KeyPair, to: KeyPair): string {
  return text.replaceAll(from.secret, to.secret).replaceAll(from.publishable, to.publishable);
}
