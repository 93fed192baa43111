/**
 * What stands between a tab and the status route: a CDN, a proxy, the browser's own cache. It sees every status request
 * of every kind of subject; faults whose match says `at: "edge"` apply here.
 */
import { RequestLost } from '../errors.ts';
import { BackgroundWork, RequestOrdinals, type Claim, type ClaimedFault } from '../gateway/claim.ts';
import type { Passage } from '../port/fault-targets.ts';

export interface EdgeOptions {
  claim: Claim;
  sleep(milliseconds: number): Promise<void>;
  /** Called with every request that a fault claims. */
  onClaimed(fault: ClaimedFault, request: EdgeRequest): void;
}

export interface EdgeRequest {
  /** The session of the tab. */
  readonly actor: string;
  readonly method: string;
}

export interface Edge {
  /**
   * Passes a request of a tab on to the application.
   * @param forward calls the application; called at most once
   * @throws RequestLost when a fault breaks the connection, and whatever `forward` throws
   */
  pass(request: EdgeRequest, forward: () => Promise<Response>): Promise<Response>;
  /** Resolves when what goes on after its client was answered is done. */
  settled(): Promise<void>;
}

/** A broken connection, as an answer of the passage. */
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
      return disturbed(fault, forward);
    },
    settled: () => background.settled(),
  };

  async function disturbed(fault: ClaimedFault, forward: () => Promise<Response>): Promise<Response> {
    const passage: Passage<Response | typeof BROKEN> = {
      forward,
      answer: (status, message) => new Response(message, { status }),
      breakConnection: () => BROKEN,
      sleep,
      inBackground: (work) => background.start(work),
    };
    const answer = await fault.inflict(passage);
    if (answer === BROKEN) throw new RequestLost('the connection between the tab and the application broke');
    return answer;
  }
}
