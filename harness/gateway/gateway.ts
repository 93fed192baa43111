/**
 * What stands before Supabase: the load balancer's routing and the place of HTTP faults. It tells a
 * listener who served what at which LSN. It has no socket of its own: `server.ts` gives it one, a
 * simulated network calls it directly.
 */
import type { Lsn } from '../history/lsn.ts';
import type { Capability, DatabaseNode, NodeName } from '../port/backend.ts';
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import { mapMaybe, type MaybePromise } from '../maybe-promise.ts';
import type { Router } from './router.ts';

/** What every backend behind this gateway can do. */
export const GATEWAY_CAPABILITIES: readonly Capability[] = [
  'out-of-rotation',
  'http-delay',
  'http-drop',
  'http-lose-response',
  'http-error',
  'http-route',
];

/** Instead of a response: the client's connection breaks. */
export const CONNECTION_LOST = Symbol('connection lost');
export type GatewayAnswer = HttpAnswer | typeof CONNECTION_LOST;

/** A request, and on whose behalf it is made: the actor (worker, session) and its operation. */
export interface GatewayRequest extends HttpMessage {
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
}

/** What is to happen to one request; the first fault that claims it decides. */
export type HttpFault =
  | { kind: 'http-delay'; delayMs: number; where: 'request' | 'response' }
  | { kind: 'http-drop' }
  | { kind: 'http-lose-response' }
  | { kind: 'http-error'; status: number }
  | { kind: 'http-route'; to: NodeName };

/** One request on its way through, filled in as it goes. */
export interface Exchange {
  readonly id: number;
  readonly actor: string | undefined;
  readonly operation: string | undefined;
  readonly method: string;
  readonly url: URL;
  readonly requestBody: string;
  fault: HttpFault | undefined;
  /** Who served it; `undefined` while, or if, no database did. */
  node: NodeName | undefined;
  /** What the database had flushed (primary) or replayed (replica) just before it served. */
  lsn: Lsn | undefined;
  /** `undefined` if the client never got an answer. */
  status: number | undefined;
  responseBody: string | undefined;
}

export interface GatewayListener {
  requested(exchange: Exchange): void;
  /** The exchange is over: answered if it has a status, else lost. */
  ended(exchange: Exchange): void;
}

export interface GatewayOptions {
  nodes: readonly DatabaseNode[];
  router: Router;
  sleep(milliseconds: number): Promise<void>;
  listener: GatewayListener;
  /** Which fault claims this request, `nth` of its actor and method, `nthOfAll` of its actor. */
  claim(request: { actor: string | undefined; method: string; nth: number; nthOfAll: number }): HttpFault | undefined;
}

export interface Gateway {
  handle(request: GatewayRequest): MaybePromise<GatewayAnswer>;
}

/** No method is called so. */
const ALL = '';

export function createGateway(options: GatewayOptions): Gateway {
  const nodes = new Map(options.nodes.map((node) => [node.name, node]));
  const ordinals = new Map<string | undefined, Map<string, number>>();
  let exchanges = 0;

  /** Which request of its actor this is, of its method and of all. */
  const count = (actor: string | undefined, method: string): { nth: number; nthOfAll: number } => {
    let counts = ordinals.get(actor);
    if (counts === undefined) ordinals.set(actor, (counts = new Map()));
    const nth = (counts.get(method) ?? 0) + 1;
    const nthOfAll = (counts.get(ALL) ?? 0) + 1;
    counts.set(method, nth).set(ALL, nthOfAll);
    return { nth, nthOfAll };
  };

  return {
    handle(request) {
      const { actor, operation, method, url, body } = request;
      const fault = options.claim({ actor, method, ...count(actor, method) });
      const exchange: Exchange = {
        id: exchanges++,
        actor,
        operation,
        method,
        url,
        requestBody: body,
        fault,
        node: undefined,
        lsn: undefined,
        status: undefined,
        responseBody: undefined,
      };
      options.listener.requested(exchange);
      return mapMaybe(fault === undefined ? serve(exchange, request) : disturb(exchange, request, fault), (answer) => {
        if (answer !== CONNECTION_LOST) exchange.status = answer.status;
        options.listener.ended(exchange);
        return answer;
      });
    },
  };

  async function disturb(exchange: Exchange, request: HttpMessage, fault: HttpFault): Promise<GatewayAnswer> {
    if (fault.kind === 'http-drop') return CONNECTION_LOST;
    if (fault.kind === 'http-error') return plainError(exchange, fault.status, 'injected by the load balancer');
    if (fault.kind === 'http-delay' && fault.where === 'request') await options.sleep(fault.delayMs);
    const answer = await serve(exchange, request);
    if (fault.kind === 'http-delay' && fault.where === 'response') await options.sleep(fault.delayMs);
    return fault.kind === 'http-lose-response' ? CONNECTION_LOST : answer;
  }

  /** Never rejects. */
  function serve(exchange: Exchange, request: HttpMessage): MaybePromise<HttpAnswer> {
    if (!exchange.url.pathname.startsWith('/rest/v1/')) {
      return plainError(exchange, 404, `nothing is served at ${exchange.url.pathname}`);
    }
    const { fault } = exchange;
    const node = nodes.get(fault?.kind === 'http-route' ? fault.to : options.router.route(exchange.method))!;
    exchange.node = node.name;
    const unreachable = (error: Error): HttpAnswer =>
      plainError(exchange, 503, `${node.name} cannot be reached: ${error.message}`);
    try {
      const served = mapMaybe(node.lsn(), (lsn) => {
        exchange.lsn = lsn;
        return mapMaybe(node.rest(request), (answer) => {
          exchange.responseBody = answer.body;
          return answer;
        });
      });
      return served instanceof Promise ? served.catch(unreachable) : served;
    } catch (error) {
      return unreachable(error as Error);
    }
  }
}

function plainError(exchange: Exchange, status: number, message: string): HttpAnswer {
  const body = JSON.stringify({ code: 'GATEWAY', message, details: null, hint: null });
  exchange.responseBody = body;
  return { status, headers: new Headers({ 'content-type': 'application/json' }), body };
}
