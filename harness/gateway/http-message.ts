/** Converts between the standard `Request` and `Response` and the plain messages of `port/message.ts`. */
import type { HttpAnswer, HttpMessage } from '../port/message.ts';

export async function messageOf(request: Request): Promise<HttpMessage> {
  const { method, url, headers } = request;
  return { method, url: new URL(url), headers, body: await request.text() };
}

export function requestOf({ method, url, headers, body }: HttpMessage): Request {
  const mayHaveBody = method !== 'GET' && method !== 'HEAD' && body !== '';
  return new Request(url, { method, headers, ...(mayHaveBody ? { body } : {}) });
}

export async function answerOf(response: Response): Promise<HttpAnswer> {
  const { status, headers } = response;
  return { status, headers, body: await response.text() };
}

export function responseOf({ status, headers, body }: HttpAnswer): Response {
  return new Response(WITHOUT_BODY.has(status) ? null : body, { status, headers });
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
