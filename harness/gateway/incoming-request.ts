/** Reads a request from the network. What is malformed or too large is refused before its body is taken. */
import type { IncomingMessage } from 'node:http';
import type { MaybePromise } from '../maybe-promise.ts';
import { encodingOf, type HttpAnswer, type HttpMessage } from '../port/message.ts';
import { takeAttribution } from './attribution-headers.ts';
import { gatewayError } from './gateway-error.ts';
import type { GatewayRequest } from './gateway.ts';

export type RequestHead = Omit<HttpMessage, 'body'>;

/** The answer to a request without a valid API key; `undefined` if its key is valid. */
export type RefuseKey = (head: RequestHead) => MaybePromise<HttpAnswer | undefined>;

/** The request cannot be served; `answer` says why. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly answer: HttpAnswer;

  constructor(answer: HttpAnswer) {
    super(answer.body);
    this.answer = answer;
  }
}

/** Bodies are kept in memory. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** Of a request whose key has not been checked. */
const UNCHECKED_BYTES_MAX = 64 * 1024;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']);

export interface Reception {
  /** Called only for a body of more than 64 KiB; a smaller one is passed on without a key too. */
  refuseKey: RefuseKey | undefined;
  /** Called before the body is read: the client may be waiting for it. */
  proceed(): void;
}

/** @throws RequestRefused; the rest of the body is then discarded */
export async function readRequest(incoming: IncomingMessage, reception: Reception): Promise<GatewayRequest> {
  try {
    const head = headOf(incoming);
    return { ...head, body: await bodyOf(incoming, head, reception) };
  } catch (error) {
    incoming.resume();
    throw error;
  }
}

function headOf(incoming: IncomingMessage): Omit<GatewayRequest, 'body'> {
  const { method = '' } = incoming;
  if (!METHODS.has(method)) throw refused(405, `Unsupported HTTP method: ${method}`, 'PGRST117');
  const url = urlOf(incoming);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const { actor, operation } = takeAttribution(headers);
  for (const name of NOT_PASSED_ON) headers.delete(name);
  return { actor, operation, method, url, headers };
}

const NOT_PASSED_ON = ['content-length', 'transfer-encoding', 'connection'];

/** A proxy may send the whole URL instead of the path. */
function urlOf({ url = '/', headers: { host }, httpVersion }: IncomingMessage): URL {
  if (host === undefined && httpVersion !== '1.0') throw refused(400, 'the request has no Host header');
  const authority = host ?? '127.0.0.1';
  if (/[\s/?#@\\]/.test(authority) || !URL.canParse(`http://${authority}`)) {
    throw refused(400, `the Host header is not valid: ${authority}`);
  }
  const target = url.startsWith('/') ? `http://${authority}${url}` : url;
  const parsed = URL.parse(target);
  if (
    parsed === null ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username !== '' ||
    !isDecodable(parsed.pathname)
  ) {
    throw refused(400, `the URL of the request is not valid: ${url}`);
  }
  return parsed;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

async function bodyOf(
  incoming: IncomingMessage,
  head: RequestHead,
  { refuseKey, proceed }: Reception,
): Promise<string> {
  if (!hasBody(incoming)) {
    proceed();
    incoming.resume();
    return '';
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let isChecked = await requireBounds(Number(incoming.headers['content-length'] ?? 0), false, head, refuseKey);
  proceed();
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    isChecked = await requireBounds(size, isChecked, head, refuseKey);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString(encodingOf(head.headers));
}

/** A request has a body only if its head says how it ends. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** @returns whether the key has been checked */
async function requireBounds(
  size: number,
  isChecked: boolean,
  head: RequestHead,
  refuseKey: RefuseKey | undefined,
): Promise<boolean> {
  if (size <= UNCHECKED_BYTES_MAX) return isChecked;
  const refusal = isChecked ? undefined : await refuseKey?.(head);
  if (refusal !== undefined) throw new RequestRefused(refusal);
  if (size > BODY_BYTES_MAX) throw refused(413, `the body of the request exceeds ${BODY_BYTES_MAX} bytes`);
  return true;
}

function refused(status: number, message: string, code?: string): RequestRefused {
  return new RequestRefused(gatewayError(status, message, code));
}
