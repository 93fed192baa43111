/** HTTP as plain data, for what stands between an application and its databases: bodies have been read, and are text. */

export interface HttpMessage {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

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
