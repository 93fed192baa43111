/** The caches between the tabs and the status route: that of each browser, and those of the edge, one at each point of presence. */
import type { Operation } from '../async-context.ts';
import { HttpCache, provenanceOf, type CacheRule, type Forward, type HttpCacheOptions } from './http-cache.ts';

export interface EdgeCacheOptions {
  nowMs(): number;
  /** Without it, browsers cache nothing. */
  browser?: { rule?: CacheRule | undefined } | undefined;
  /** Without it, nothing is cached at the edge. */
  edge?: { rule?: CacheRule | undefined; ignoresQuery: boolean; pops: number } | undefined;
  inBackground(work: () => Promise<unknown>): void;
  /** Called for every answer from a cache. */
  onServed(operation: Operation, served: { cache: string; ageMs: number }): void;
}

export class EdgeCaches {
  readonly #options: EdgeCacheOptions;
  /** By the name of the tab's session. */
  readonly #browsers = new Map<string, HttpCache>();
  readonly #pops: readonly HttpCache[];
  readonly #popOf = new Map<string, number>();

  constructor(options: EdgeCacheOptions) {
    this.#options = options;
    const { edge } = options;
    const several = edge !== undefined && edge.pops > 1;
    this.#pops = Array.from({ length: edge?.pops ?? 0 }, (_, at) =>
      this.#create({
        name: several ? `edge cache ${at + 1}` : 'edge cache',
        isShared: true,
        rule: edge?.rule,
        ignoresQuery: edge?.ignoresQuery === true,
      }),
    );
  }

  /**
   * @param between passes a request from the browser to the edge
   * @param forward passes a request from the edge to the application
   */
  async pass(
    request: Request,
    operation: Operation,
    between: (request: Request, operation: Operation, forward: Forward) => Promise<Response>,
    forward: Forward,
  ): Promise<Response> {
    const fromEdge: Forward = (asked, by) => this.#pop(by.actor)?.answer(asked, by, forward) ?? forward(asked, by);
    const toEdge: Forward = (asked, by) => between(asked, by, fromEdge);
    const answer = await (this.#browser(operation.actor)?.answer(request, operation, toEdge) ??
      toEdge(request, operation));
    const { cache, originMs } = provenanceOf(answer) ?? {};
    if (cache !== undefined && originMs !== undefined) {
      this.#options.onServed(operation, { cache, ageMs: this.#options.nowMs() - originMs });
    }
    return answer;
  }

  /** Sends the requests of a tab to a point of presence, counted from 1; the first one without a number. */
  route(session: string, pop: number | undefined): void {
    if (pop === undefined) this.#popOf.delete(session);
    else this.#popOf.set(session, pop);
  }

  /** Makes the caches of a place forget every answer. */
  purge(place: 'browser' | 'edge', pop?: number): void {
    if (place === 'browser') for (const cache of this.#browsers.values()) cache.purge();
    else for (const [at, cache] of this.#pops.entries()) if (pop === undefined || pop === at + 1) cache.purge();
  }

  #pop(session: string): HttpCache | undefined {
    return this.#pops[(this.#popOf.get(session) ?? 1) - 1];
  }

  #browser(session: string): HttpCache | undefined {
    const { browser } = this.#options;
    if (browser === undefined) return undefined;
    let cache = this.#browsers.get(session);
    if (cache === undefined) {
      cache = this.#create({ name: 'browser cache', isShared: false, rule: browser.rule });
      this.#browsers.set(session, cache);
    }
    return cache;
  }

  #create(options: Omit<HttpCacheOptions, 'nowMs' | 'inBackground'>): HttpCache {
    const { nowMs, inBackground } = this.#options;
    return new HttpCache({ ...options, nowMs, inBackground });
  }
}
