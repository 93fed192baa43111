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

/** Counts the requests of each actor, by method and in all. */
export class RequestOrdinals {
  readonly #counts = new Map<string | undefined, Map<string, number>>();

  count(actor: string | undefined, method: string): { nth: number; nthOfAll: number } {
    let counts = this.#counts.get(actor);
    if (counts === undefined) this.#counts.set(actor, (counts = new Map()));
    const nth = (counts.get(method) ?? 0) + 1;
    const nthOfAll = (counts.get(ALL) ?? 0) + 1;
    counts.set(method, nth).set(ALL, nthOfAll);
    return { nth, nthOfAll };
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
