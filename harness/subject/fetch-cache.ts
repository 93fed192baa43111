/**
 * The cache of a framework between an application and Supabase: an instance's `fetch`, as Next.js replaces it
 * (`patch-fetch`). Which requests it caches, it takes from their options `cache` and `next.revalidate`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { currentOperation } from '../async-context.ts';
import type { FetchCache } from '../port/subject.ts';

export interface FetchCacheOptions {
  /** Whether requests without options of their own are cached. */
  cachesAll: boolean;
  /** The lifetime of those; without it, they are kept. */
  revalidateMs: number | undefined;
  /** Whether equal requests are sent once for each request to the application. */
  deduplicates: boolean;
  /** The date, in milliseconds. */
  nowMs(): number;
  /** Starts work that the application does not wait for. */
  inBackground(work: () => Promise<unknown>): void;
  /** Called for every request of an operation that the cache answered. */
  onServed(operation: string, ageMs: number): void;
}

interface Entry {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly storedMs: number;
  isRevalidating: boolean;
}

type Fetch = typeof globalThis.fetch;
type Input = Parameters<Fetch>[0];
type Init = Parameters<Fetch>[1] & { next?: { revalidate?: number | false } };

export function createFetchCache(options: FetchCacheOptions): FetchCache & { purge(): void } {
  return new InstanceFetchCache(options);
}

class InstanceFetchCache implements FetchCache {
  readonly #options: FetchCacheOptions;
  readonly #entries = new Map<string, Entry>();
  /** Requests under way: an equal one waits for the answer. */
  readonly #pending = new Map<string, Promise<Entry | Response>>();
  readonly #requests = new AsyncLocalStorage<Map<string, Promise<Entry>>>();

  constructor(options: FetchCacheOptions) {
    this.#options = options;
  }

  fetch(input: Input, init: Init | undefined, send: Fetch): Promise<Response> {
    const key = keyOf(input, init);
    if (key === undefined) return send(input, init);
    const memo = this.#requests.getStore();
    if (memo === undefined) return this.#answer(key, input, init, send);
    let first = memo.get(key);
    if (first === undefined) {
      first = this.#answer(key, input, init, send).then((answer) => this.#entryOf(answer));
      memo.set(key, first);
    }
    return first.then(responseOf);
  }

  inRequest<T>(task: () => T): T {
    return this.#options.deduplicates ? this.#requests.run(new Map(), task) : task();
  }

  purge(): void {
    this.#entries.clear();
  }

  async #answer(key: string, input: Input, init: Init | undefined, send: Fetch): Promise<Response> {
    const lifeMs = this.#lifetimeOf(init);
    if (lifeMs === 0) return send(input, init);
    let entry = this.#entries.get(key);
    const pending = this.#pending.get(key);
    if (entry === undefined && pending !== undefined) {
      await pending.catch(() => undefined);
      entry = this.#entries.get(key);
    }
    if (entry === undefined) return this.#fill(key, () => send(input, init));
    const ageMs = this.#options.nowMs() - entry.storedMs;
    if (ageMs >= lifeMs && !entry.isRevalidating) this.#revalidate(key, entry, input, init, send);
    const operation = currentOperation()?.operation;
    if (operation !== undefined) this.#options.onServed(operation, ageMs);
    return responseOf(entry);
  }

  #revalidate(key: string, entry: Entry, input: Input, init: Init | undefined, send: Fetch): void {
    entry.isRevalidating = true;
    const { signal: _, ...detached } = init ?? {};
    this.#options.inBackground(async () => {
      try {
        await this.#fill(key, () => send(input, detached));
      } finally {
        entry.isRevalidating = false;
      }
    });
  }

  /** Answers other than 200 are not stored. */
  async #fill(key: string, send: () => Promise<Response>): Promise<Response> {
    const filling = (async () => {
      const response = await send();
      if (response.status !== 200) return response;
      const entry = await this.#entryOf(response);
      this.#entries.set(key, entry);
      return entry;
    })();
    this.#pending.set(key, filling);
    try {
      const filled = await filling;
      return 'storedMs' in filled ? responseOf(filled) : filled;
    } finally {
      if (this.#pending.get(key) === filling) this.#pending.delete(key);
    }
  }

  async #entryOf(response: Response): Promise<Entry> {
    const { status, headers } = response;
    const body = await response.text();
    return { status, headers, body, storedMs: this.#options.nowMs(), isRevalidating: false };
  }

  /** In milliseconds; 0 if the request is not cached. */
  #lifetimeOf(init: Init | undefined): number {
    const { cache, next } = init ?? {};
    if (cache === 'no-store' || cache === 'no-cache') return 0;
    if (typeof next?.revalidate === 'number') return next.revalidate * 1_000;
    if (cache === 'force-cache' || next?.revalidate === false) return Number.POSITIVE_INFINITY;
    return this.#options.cachesAll ? (this.#options.revalidateMs ?? Number.POSITIVE_INFINITY) : 0;
  }
}

function responseOf({ status, headers, body }: Entry): Response {
  return new Response(body === '' ? null : body, { status, headers });
}

/** Method, URL and header fields; `undefined` for a request that is never cached. */
function keyOf(input: Input, init: Init | undefined): string | undefined {
  const request = input instanceof Request ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  if (method !== 'GET') return undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  return JSON.stringify([request?.url ?? String(input), [...headers]]);
}
