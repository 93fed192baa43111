/**
 * The edge between a tab and the status route: a CDN, a proxy, the browser's cache. Every status request to any kind of
 * subject passes it; faults with `at: "edge"` in their match apply here.
 */
import { RequestLost } from '../errors.ts';
import { BackgroundWork, RequestOrdinals, type Claim, type ClaimedFault } from '../gateway/claim.ts';
import type { Passage } from '../port/fault-targets.ts';

export interface EdgeOptions {
  claim: Claim;
  sleep(milliseconds: number): Promise<void>;
  /** Called for every request that a fault claims. */
  onClaimed(fault: ClaimedFault, request: EdgeRequest): void;
}

export interface EdgeRequest {
  /** The session of the tab. */
  readonly actor: string;
  readonly method: string;
}

export interface Edge {
  /**
   * Forwards a request of a tab to the application.
   * @param forward calls the application; called at most once
   * @throws RequestLost if a fault breaks the connection; also rethrows errors of `forward`
   */
  pass(request: EdgeRequest, forward: () => Promise<Response>): Promise<Response>;
  /** Resolves when all work that continues after a response is done. */
  settled(): Promise<void>;
}

/** The answer of a passage whose connection breaks. */
const BROKEN = Symbol('broken');

export function createEdge({ claim, sleep, onClaimed }: EdgeOptions): Edge {
  const ordinals = new RequestOrdinals();
  const background = new BackgroundWork();

  return {
    pass(request, forward) {
      const { actor, method } = request;
      const fault = claim({ at: 'edge', actor, method, ...ordinals.count(actor, method) });
      if (fault === undefined) return forward();
      onClaimed(fault, request);
      return passWithFault(fault, forward);
    },
    settled: () => background.settled(),
  };

  async function passWithFault(fault: ClaimedFault, forward: () => Promise<Response>): Promise<Response> {
    const passage: Passage<Response | typeof BROKEN> = {
      forward,
      answer: (status, message) => new Response(message, { status }),
      errorCode: () => undefined,
      breakConnection: () => BROKEN,
      sleep,
      inBackground: (work) => background.start(work),
    };
    const answer = await fault.inflict(passage);
    if (answer === BROKEN) throw new RequestLost('the connection between the tab and the application broke');
    return answer;
  }
}
