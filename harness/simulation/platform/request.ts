/** `Request` without the cost of streams and derived signals, as long as its body is a text; any other is a real one. */
import { contentTypeOf, LightBody, textOf } from './body.ts';
import { LightHeaders } from './headers.ts';

const RealRequest = globalThis.Request;
type Init = RequestInit & { duplex?: string };

const NORMALIZED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const FORBIDDEN: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

export class LightRequest extends LightBody {
  readonly method: string;
  readonly url: string;
  readonly headers: LightHeaders;
  readonly cache: string;
  readonly credentials: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly mode: string;
  readonly redirect: string;
  readonly referrer = 'about:client';
  readonly referrerPolicy: string;
  readonly destination = '';
  readonly duplex = 'half';
  #signal: AbortSignal | undefined;

  constructor(input: string | URL | Request | LightRequest, init: Init = {}) {
    const from = input instanceof LightRequest && isLightRequest(input) ? input : undefined;
    const given = init.body ?? undefined;
    const text = given === undefined && from !== undefined ? from.copyText() : textOf(given);
    super(text ?? null);
    this.method = methodOf(init.method ?? from?.method ?? 'GET');
    this.headers = new LightHeaders((init.headers ?? from?.headers) as undefined);
    this.cache = init.cache ?? from?.cache ?? 'default';
    this.credentials = init.credentials ?? from?.credentials ?? 'same-origin';
    this.integrity = init.integrity ?? from?.integrity ?? '';
    this.keepalive = init.keepalive ?? from?.keepalive ?? false;
    this.mode = init.mode ?? from?.mode ?? 'cors';
    this.redirect = init.redirect ?? from?.redirect ?? 'follow';
    this.referrerPolicy = init.referrerPolicy ?? from?.referrerPolicy ?? '';
    this.#signal = init.signal ?? (from === undefined ? undefined : from.#signal);
    if (text === undefined || (from === undefined && input instanceof RealRequest)) {
      const { method, cache, credentials, integrity, keepalive, mode, redirect, referrerPolicy } = this;
      const inherited = { method, cache, credentials, integrity, keepalive, mode, redirect, referrerPolicy };
      const all = from === undefined ? init : { ...inherited, ...init, headers: [...this.headers] };
      const real = new RealRequest(from?.url ?? (input as Request), all as Init);
      this.url = real.url;
      // oxlint-disable-next-line no-constructor-return
      return real as unknown as LightRequest;
    }
    this.url = from?.url ?? urlOf(input as string | URL);
    if (text === null) return;
    if (this.method === 'GET' || this.method === 'HEAD')
      throw new TypeError('Request with GET/HEAD method cannot have body.');
    if (given !== undefined && !this.headers.has('content-type'))
      this.headers.set('content-type', contentTypeOf(given));
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }

  clone(): LightRequest {
    return new LightRequest(this);
  }

  get [Symbol.toStringTag](): string {
    return 'Request';
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isLightRequest(value) || value instanceof RealRequest;
  }
}

function isLightRequest(value: unknown): boolean {
  return typeof value === 'object' && value !== null && LightRequest.prototype.isPrototypeOf(value);
}

function methodOf(method: string): string {
  const upper = method.toUpperCase();
  if (NORMALIZED.has(upper)) return upper;
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method) || FORBIDDEN.has(upper)) {
    throw new TypeError(`'${method}' is not a valid HTTP method.`);
  }
  return method;
}

/** Of a URL that is one already there is nothing to find out. */
function urlOf(input: string | URL): string {
  try {
    const url = new URL(input);
    if (url.username === '' && url.password === '') return url.href;
  } catch {
    throw new TypeError(`Failed to parse URL from ${String(input)}`);
  }
  throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${String(input)}`);
}
