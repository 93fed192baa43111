/** A cache of HTTP responses (RFC 9111, with the extensions of RFC 5861), in the time of its run. */
import type { Operation } from '../async-context.ts';
import { cachePolicies, type CachePolicies, type StoredPolicy } from './cache-policy.ts';

/** Answers a request on its way to the application. */
export type Forward = (request: Request, operation: Operation) => Promise<Response>;

export interface HttpCacheOptions {
  /** In a sentence after "the": `edge cache`. */
  readonly name: string;
  /** A shared cache obeys `s-maxage` and stores nothing private. */
  readonly isShared: boolean;
  /** The date, in milliseconds. */
  nowMs(): number;
  /** What the cache is configured to do with answers; by default it does what their headers say. */
  readonly rule?: CacheRule | undefined;
  /** Whether the query of the URL is left out of the key. */
  readonly ignoresQuery?: boolean;
  /** Starts work that the client does not wait for. */
  inBackground(work: () => Promise<unknown>): void;
}

export interface CacheRule {
  readonly cacheControl: string;
  /** Whether it replaces the header of the application. Otherwise it applies to answers without one. */
  readonly overrides: boolean;
}

/** Where an answer comes from. */
export interface Provenance {
  /** When the application gave the answer, or confirmed it; in milliseconds, as `nowMs`. */
  readonly originMs: number;
  /** The name of the cache that served it; `undefined` if the application did. */
  readonly cache: string | undefined;
}

interface Entry {
  policy: StoredPolicy;
  readonly body: string;
  readonly variant: ReadonlyMap<string, string | null>;
  originMs: number;
  isRevalidating: boolean;
}

/** Provenance of the answers that caches gave, which pass unchanged from one cache to the next. */
const provenances = new WeakMap<Response, Provenance>();

export function provenanceOf(response: Response): Provenance | undefined {
  return provenances.get(response);
}

export class HttpCache {
  readonly #options: HttpCacheOptions;
  readonly #policies: CachePolicies;
  /** Key → its variants, the newest first. */
  readonly #entries = new Map<string, Entry[]>();

  constructor(options: HttpCacheOptions) {
    this.#options = options;
    this.#policies = cachePolicies(options.isShared, () => options.nowMs());
  }

  /** Answers from the cache if it may, and otherwise by `forward`, whose errors are thrown. */
  async answer(request: Request, operation: Operation, forward: Forward): Promise<Response> {
    if (request.method !== 'GET') return forward(request, operation);
    const key = this.#keyOf(request);
    const entry = this.#entries.get(key)?.find(({ variant }) => isVariant(variant, request));
    if (entry === undefined) return this.#fetch(key, request, operation, forward);
    const verdict = entry.policy.evaluate(request);
    if (!verdict.isUsable) return this.#revalidate(key, entry, request, operation, forward);
    if (verdict.mustRefresh && !entry.isRevalidating) this.#refresh(key, entry, request, operation, forward);
    return this.#serve(entry, request);
  }

  /** Forgets every answer. */
  purge(): void {
    this.#entries.clear();
  }

  #keyOf({ url }: Request): string {
    if (this.#options.ignoresQuery !== true) return url;
    const query = url.indexOf('?');
    return query < 0 ? url : url.slice(0, query);
  }

  async #fetch(key: string, request: Request, operation: Operation, forward: Forward): Promise<Response> {
    return this.#store(key, request, await forward(request, operation));
  }

  /** Stale-while-revalidate: the client has its answer, and the next one gets what this request brings. */
  #refresh(key: string, entry: Entry, request: Request, operation: Operation, forward: Forward): void {
    entry.isRevalidating = true;
    const own = { ...operation, operation: `${operation.operation}/revalidation` };
    this.#options.inBackground(async () => {
      try {
        await this.#revalidate(key, entry, request, own, forward);
      } finally {
        entry.isRevalidating = false;
      }
    });
  }

  async #revalidate(
    key: string,
    entry: Entry,
    request: Request,
    operation: Operation,
    forward: Forward,
  ): Promise<Response> {
    let answer: Response | undefined;
    let failure: unknown;
    try {
      answer = await forward(entry.policy.conditional(request), operation);
    } catch (error) {
      failure = error;
    }
    if ((answer === undefined || answer.status >= 500) && entry.policy.mayBeUsedAfterError(request)) {
      return this.#serve(entry, request);
    }
    if (answer === undefined) throw failure;
    if (answer.status !== 304) return this.#store(key, request, answer);
    entry.policy = entry.policy.confirmed(request, this.#headersUnderRule(answer));
    entry.originMs = originOf(answer, this.#options.nowMs());
    return respond(entry, request, provenances.get(answer)?.cache);
  }

  async #store(key: string, request: Request, answer: Response): Promise<Response> {
    const headers = this.#headersUnderRule(answer);
    const policy = this.#policies.of(request, answer.status, headers);
    if (!policy.isStorable) return answer;
    const names = varyingOf(headers);
    const entry: Entry = {
      policy,
      body: await answer.text(),
      variant: new Map(names.map((name) => [name, request.headers.get(name)])),
      originMs: originOf(answer, this.#options.nowMs()),
      isRevalidating: false,
    };
    const others = this.#entries.get(key) ?? [];
    this.#entries.set(key, [entry, ...others.filter(({ variant }) => !isVariant(variant, request))]);
    return respond(entry, request, provenances.get(answer)?.cache);
  }

  #headersUnderRule({ headers: given }: Response): Headers {
    const headers = new Headers(given);
    const { rule } = this.#options;
    if (rule !== undefined && (rule.overrides || !headers.has('cache-control'))) {
      headers.set('cache-control', rule.cacheControl);
    }
    return headers;
  }

  #serve(entry: Entry, request: Request): Response {
    return respond(entry, request, this.#options.name);
  }
}

function respond({ policy, body, originMs }: Entry, request: Request, cache: string | undefined): Response {
  const headers = policy.headers();
  const isKnown = isSameTag(headers.get('etag'), request.headers.get('if-none-match'));
  const response = isKnown
    ? new Response(null, { status: 304, headers })
    : new Response(body, { status: policy.status, headers });
  provenances.set(response, { originMs, cache });
  return response;
}

/** By the weak comparison of RFC 9110, 8.8.3.2. */
function isSameTag(etag: string | null, known: string | null): boolean {
  if (etag === null || known === null) return false;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return known.split(',').some((tag) => opaque(tag) === opaque(etag));
}

function originOf(answer: Response, nowMs: number): number {
  return provenances.get(answer)?.originMs ?? nowMs;
}

function varyingOf(headers: Headers): string[] {
  const names = headers.get('vary')?.toLowerCase().split(',') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** The library compares the header fields, too, but knows only one variant. */
function isVariant(variant: Entry['variant'], request: Request): boolean {
  for (const [name, value] of variant) if (name === '*' || request.headers.get(name) !== value) return false;
  return true;
}
