/** Claims: which fault applies to a request at the gateway or at the edge, and the ordinals of requests. */
import type { RequestEffect } from '../port/fault-targets.ts';

export interface ClaimableRequest {
  /** Between the application and Supabase, or between a tab and the application. */
  readonly at: 'gateway' | 'edge';
  readonly actor: string | undefined;
  readonly method: string;
  /** The ordinals of the request among those of its actor at that place, from 1: by method, and over all methods. */
  readonly nth: number;
  readonly nthOfAll: number;
}

/** The fault that applies to one request. */
export interface ClaimedFault {
  readonly kind: string;
  /** The fields of its event in the history, without the kind. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly inflict: RequestEffect;
}

/** Returns the fault that applies to a request, if any. */
export type Claim = (request: ClaimableRequest) => ClaimedFault | undefined;

/** The key of the count over all methods. */
const ALL = '';

/** Clients can invent names of actors, and each is kept. */
const ACTORS_MAX = 10_000;
const ACTOR_LENGTH_MAX = 200;

/** Counts the requests of each actor, by method and in all. */
export class RequestOrdinals {
  readonly #counts = new Map<string | undefined, Map<string, number>>();

  /** Requests of actors beyond the limits are counted together with those that name none. */
  count(actor: string | undefined, method: string): { nth: number; nthOfAll: number } {
    const counts = this.#countsOf(actor);
    const nth = (counts.get(method) ?? 0) + 1;
    const nthOfAll = (counts.get(ALL) ?? 0) + 1;
    counts.set(method, nth).set(ALL, nthOfAll);
    return { nth, nthOfAll };
  }

  #countsOf(actor: string | undefined): Map<string, number> {
    const known = this.#counts.get(actor);
    if (known !== undefined) return known;
    const isKept = actor === undefined || (this.#counts.size < ACTORS_MAX && actor.length <= ACTOR_LENGTH_MAX);
    if (!isKept) return this.#countsOf(undefined);
    const counts = new Map<string, number>();
    this.#counts.set(actor, counts);
    return counts;
  }
}

/** Work that continues after the client got its response. */
export class BackgroundWork {
  readonly #pending = new Set<Promise<unknown>>();

  start(work: () => Promise<unknown>): void {
    const pending = work().catch(() => undefined);
    this.#pending.add(pending);
    void pending.then(() => this.#pending.delete(pending));
  }

  /** Resolves when all started work is done. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
