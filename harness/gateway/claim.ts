/** Which fault claims a request, at the gateway or at the edge; and which request of its actor it is. */
import type { RequestEffect } from '../port/fault-targets.ts';

export interface ClaimableRequest {
  /** Between the application and Supabase, or between a tab and the application. */
  readonly at: 'gateway' | 'edge';
  readonly actor: string | undefined;
  readonly method: string;
  /** Which request this is of the actor at that place, counted from 1: of the method, and of all. */
  readonly nth: number;
  readonly nthOfAll: number;
}

/** What happens to one request. */
export interface ClaimedFault {
  readonly kind: string;
  /** What the history says of it besides the kind. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly inflict: RequestEffect;
}

/** The fault that claims a request, if one does. */
export type Claim = (request: ClaimableRequest) => ClaimedFault | undefined;

/** No method has this name. */
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

/** Work that goes on after its client was answered. */
export class BackgroundWork {
  readonly #pending = new Set<Promise<unknown>>();

  start(work: () => Promise<unknown>): void {
    const pending = work().catch(() => undefined);
    this.#pending.add(pending);
    void pending.then(() => this.#pending.delete(pending));
  }

  /** Resolves when all work that was started is done. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
