/** `Request` without the cost of streams and derived signals, as long as its body is a text; any other is a real one. */
import { contentTypeOf, LightBody, textOf } from './light-body.ts';
import { LightHeaders } from './light-headers.ts';

const RealRequest = globalThis.Request;
type Init = RequestInit & { duplex?: string };

const NORMALIZED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const FORBIDDEN: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** What few applications set. */
interface Settings {
  cache: string;
  credentials: string;
  integrity: string;
  keepalive: boolean;
  mode: string;
  redirect: string;
  referrerPolicy: string;
}

const USUAL: Settings = {
  cache: 'default',
  credentials: 'same-origin',
  integrity: '',
  keepalive: false,
  mode: 'cors',
  redirect: 'follow',
  referrerPolicy: '',
};

export class LightRequest extends LightBody {
  readonly method: string;
  readonly url: string;
  readonly headers: LightHeaders;
  readonly #settings: Settings;
  #signal: AbortSignal | undefined;

  constructor(input: string | URL | Request | LightRequest, init?: Init) {
    const from = typeof input !== 'string' && isLightRequest(input) ? (input as LightRequest) : undefined;
    const given = init?.body ?? undefined;
    const text = given === undefined && from !== undefined ? from.copyText() : textOf(given);
    super(text ?? null);
    this.method = methodOf(init?.method ?? from?.method ?? 'GET');
    this.headers = new LightHeaders((init?.headers ?? from?.headers) as undefined);
    const settings = from === undefined ? USUAL : from.#settings;
    this.#settings = init ? settingsOf(init, settings) : settings;
    this.#signal = init?.signal ?? (from === undefined ? undefined : from.#signal);
    if (text === undefined || (from === undefined && input instanceof RealRequest)) {
      const inherited = { method: this.method, ...this.#settings };
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

  get cache(): string {
    return this.#settings.cache;
  }

  get credentials(): string {
    return this.#settings.credentials;
  }

  get integrity(): string {
    return this.#settings.integrity;
  }

  get keepalive(): boolean {
    return this.#settings.keepalive;
  }

  get mode(): string {
    return this.#settings.mode;
  }

  get redirect(): string {
    return this.#settings.redirect;
  }

  get referrer(): string {
    return 'about:client';
  }

  get referrerPolicy(): string {
    return this.#settings.referrerPolicy;
  }

  get destination(): string {
    return '';
  }

  get duplex(): string {
    return 'half';
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

function settingsOf(init: Init, before: Settings): Settings {
  const { cache, credentials, integrity, keepalive, mode, redirect, referrerPolicy } = init;
  return {
    cache: cache ?? before.cache,
    credentials: credentials ?? before.credentials,
    integrity: integrity ?? before.integrity,
    keepalive: keepalive ?? before.keepalive,
    mode: mode ?? before.mode,
    redirect: redirect ?? before.redirect,
    referrerPolicy: referrerPolicy ?? before.referrerPolicy,
  };
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
