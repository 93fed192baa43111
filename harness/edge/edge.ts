/**
 * The edge between a tab and the status route: a CDN, a proxy, the browser's cache. Every status request to any kind of
 * subject passes it; faults with `at: "edge"` in their match apply here, between the browser and the CDN.
 */
import type { Operation } from '../async-context.ts';
import { RequestLost } from '../errors.ts';
import { BackgroundWork, RequestOrdinals, type Claim, type ClaimedFault } from '../gateway/claim.ts';
import type { Passage } from '../port/fault-targets.ts';
import { EdgeCaches, type EdgeCacheOptions } from './edge-caches.ts';
import type { Forward } from './http-cache.ts';

export interface EdgeOptions {
  claim: Claim;
  sleep(milliseconds: number): Promise<void>;
  /** Called for every request that a fault claims. */
  onClaimed(fault: ClaimedFault, request: EdgeRequest): void;
  /** Without it, nothing is cached. */
  caches?: Omit<EdgeCacheOptions, 'inBackground'> | undefined;
}

export interface EdgeRequest {
  /** The session of the tab. */
  readonly actor: string;
  readonly method: string;
}

export interface Edge {
  /**
   * Answers a request of a tab.
   * @param forward calls the application; called at most once, unless a cache fetches an answer anew in the background
   * @throws RequestLost if a fault breaks the connection; also rethrows errors of `forward`
   */
  pass(request: Request, operation: Operation, forward: Forward): Promise<Response>;
  /** `undefined` if nothing is cached. */
  readonly caches: EdgeCaches | undefined;
  /** Resolves when all work that continues after a response is done. */
  settled(): Promise<void>;
}

/** The answer of a passage whose connection breaks. */
const BROKEN = Symbol('broken');

export function createEdge({ claim, sleep, onClaimed, caches: options }: EdgeOptions): Edge {
  const ordinals = new RequestOrdinals();
  const background = new BackgroundWork();
  const inBackground = (work: () => Promise<unknown>): void => background.start(work);
  const caches = options === undefined ? undefined : new EdgeCaches({ ...options, inBackground });

  return {
    pass: (request, operation, forward) =>
      caches === undefined
        ? passFaults(request, operation, forward)
        : caches.pass(request, operation, passFaults, forward),
    caches,
    settled: () => background.settled(),
  };

  function passFaults(request: Request, operation: Operation, forward: Forward): Promise<Response> {
    const { method } = request;
    const { actor } = operation;
    const fault = claim({ at: 'edge', actor, method, ...ordinals.count(actor, method) });
    if (fault === undefined) return forward(request, operation);
    onClaimed(fault, { actor, method });
    return passWithFault(fault, () => forward(request, operation));
  }

  async function passWithFault(fault: ClaimedFault, forward: () => Promise<Response>): Promise<Response> {
    const passage: Passage<Response | typeof BROKEN> = {
      forward,
      answer: (status, message) => new Response(message, { status }),
      errorCode: () => undefined,
      breakConnection: () => BROKEN,
      sleep,
      inBackground,
    };
    const answer = await fault.inflict(passage);
    if (answer === BROKEN) throw new RequestLost('the connection between the tab and the application broke');
    return answer;
  }
}
