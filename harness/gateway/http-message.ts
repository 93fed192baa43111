/** Converts between the standard `Request` and `Response` and the plain messages of `port/message.ts`. */
import { encodingOf, type HttpAnswer, type HttpMessage } from '../port/message.ts';

export async function messageOf(request: Request): Promise<HttpMessage> {
  const { method, url, headers } = request;
  const isText = encodingOf(headers) === 'utf8';
  const body = isText ? await request.text() : Buffer.from(await request.arrayBuffer()).toString('latin1');
  return { method, url: new URL(url), headers, body };
}

export function requestOf({ method, url, headers, body }: HttpMessage): Request {
  const mayHaveBody = method !== 'GET' && method !== 'HEAD' && body !== '';
  const encoding = encodingOf(headers);
  const sent = encoding === 'utf8' ? body : Buffer.from(body, encoding);
  return new Request(url, { method, headers, ...(mayHaveBody ? { body: sent } : {}) });
}

export async function answerOf(response: Response): Promise<HttpAnswer> {
  const { status, headers } = response;
  return { status, headers, body: await response.text() };
}

export function responseOf({ status, headers, body }: HttpAnswer): Response {
  return new Response(WITHOUT_BODY.has(status) ? null : body, { status, headers });
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
