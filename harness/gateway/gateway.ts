/**
 * The gateway in front of Supabase: it routes requests like the load balancer and applies HTTP faults. It reports to a
 * listener which database served each request, at which LSN. It has no socket: `gateway-server.ts` serves it on a port,
 * a simulated network calls it directly.
 */
import type { Lsn } from '../history/lsn.ts';
import type { Capability, DatabaseNode, NodeName } from '../port/backend.ts';
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import { mapMaybe, type MaybePromise } from '../maybe-promise.ts';
import type { Passage, RequestEffect, RoutedRequest } from '../port/fault-targets.ts';
import { BackgroundWork, RequestOrdinals, type Claim, type ClaimedFault } from './claim.ts';
import { gatewayError } from './gateway-error.ts';
import type { Router } from './router.ts';

/** The capabilities that the gateway adds to every backend. */
export const GATEWAY_CAPABILITIES: readonly Capability[] = ['out-of-rotation', 'http-faults'];

/** Returned instead of a response if the client's connection breaks. */
export const CONNECTION_LOST = Symbol('connection lost');
export type GatewayAnswer = HttpAnswer | typeof CONNECTION_LOST;

/** A request, with the actor (worker, session) and the operation that it is made for. */
export interface GatewayRequest extends HttpMessage {
  readonly actor?: string | undefined;
  readonly operation?: string | undefined;
}

/** One request and its response, filled in while the gateway handles it. */
export interface Exchange {
  readonly id: number;
  readonly actor: string | undefined;
  readonly operation: string | undefined;
  readonly method: string;
  readonly url: URL;
  readonly requestBody: string;
  readonly fault: ClaimedFault | undefined;
  /** The database that the load balancer chose; `undefined` if a fault answered before. */
  routed: NodeName | undefined;
  /** The database that served it; `undefined` if none has. */
  node: NodeName | undefined;
  /** The LSN that the database had flushed (primary) or replayed (replica) just before it served the request. */
  lsn: Lsn | undefined;
  /** `undefined` if the client got no response. */
  status: number | undefined;
  responseBody: string | undefined;
}

/** Which database was asked, and with which result. */
export function describeExchange({ node = 'nobody', status }: Exchange): string {
  return `${node} ${status ?? 'no answer'}`;
}

export interface GatewayListener {
  requested(exchange: Exchange): void;
  /** The exchange is over; without a status, the response is lost. */
  ended(exchange: Exchange): void;
}

export interface GatewayOptions {
  nodes: readonly DatabaseNode[];
  router: Router;
  sleep(milliseconds: number): Promise<void>;
  listener: GatewayListener;
  claim: Claim;
}

export interface Gateway {
  handle(request: GatewayRequest): MaybePromise<GatewayAnswer>;
  /** Applies `effect` to every later request for which `matches` is true, once it is routed; returns how to stop. */
  intercept(matches: (request: RoutedRequest) => boolean, effect: RequestEffect): () => void;
  /** Resolves when all work that continues after a response is done. */
  settled(): Promise<void>;
}

interface Interceptor {
  matches(request: RoutedRequest): boolean;
  effect: RequestEffect;
}

export function createGateway(options: GatewayOptions): Gateway {
  return new LoadBalancer(options);
}

class LoadBalancer implements Gateway {
  readonly #options: GatewayOptions;
  readonly #nodes: ReadonlyMap<NodeName, DatabaseNode>;
  readonly #ordinals = new RequestOrdinals();
  readonly #background = new BackgroundWork();
  readonly #interceptors = new Set<Interceptor>();
  /** The LSNs that are being asked for. */
  readonly #asked = new Map<DatabaseNode, Promise<Lsn | undefined>>();
  #exchanges = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#nodes = new Map(options.nodes.map((node) => [node.name, node]));
  }

  readonly handle: Gateway['handle'] = (request) => {
    const { claim, listener } = this.#options;
    const { actor, method } = request;
    const fault = claim({ at: 'gateway', actor, method, ...this.#ordinals.count(actor, method) });
    const exchange = exchangeOf(this.#exchanges++, request, fault);
    listener.requested(exchange);
    const answered =
      fault === undefined
        ? this.#route(exchange, request)
        : fault.inflict(this.#passageOf(exchange, (to) => this.#route(exchange, request, to)));
    return mapMaybe(answered, (answer) => {
      if (answer !== CONNECTION_LOST) exchange.status = answer.status;
      listener.ended(exchange);
      return answer;
    });
  };

  readonly intercept: Gateway['intercept'] = (matches, effect) => {
    const interceptor = { matches, effect };
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  };

  readonly settled: Gateway['settled'] = () => this.#background.settled();

  /** Chooses the database, and applies the faults that last for a time. */
  #route(exchange: Exchange, request: HttpMessage, to?: NodeName): MaybePromise<GatewayAnswer> {
    if (!exchange.url.pathname.startsWith('/rest/v1/')) {
      return plainError(exchange, 404, `nothing is served at ${exchange.url.pathname}`);
    }
    const node = this.#nodeNamed(to ?? this.#options.router.route(exchange.method));
    exchange.routed = node.name;
    if (this.#interceptors.size > 0) {
      const routed = { actor: exchange.actor, method: exchange.method, node: node.name };
      for (const { matches, effect } of this.#interceptors) {
        if (matches(routed)) return effect(this.#passageOf(exchange, () => this.#serve(exchange, request, node)));
      }
    }
    return this.#serve(exchange, request, node);
  }

  /** Never rejects. */
  #serve(exchange: Exchange, request: HttpMessage, node: DatabaseNode): MaybePromise<HttpAnswer> {
    exchange.node = node.name;
    const unreachable = (error: Error): HttpAnswer =>
      plainError(exchange, 503, `${node.name} cannot be reached: ${error.message}`);
    try {
      const served = mapMaybe(this.#lsnOf(node), (lsn) => {
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

  /** Requests that arrive while the LSN is being asked for share the answer, which is from before they are served, too. */
  #lsnOf(node: DatabaseNode): ReturnType<DatabaseNode['lsn']> {
    const asked = this.#asked.get(node);
    if (asked !== undefined) return asked;
    const lsn = node.lsn();
    if (!(lsn instanceof Promise)) return lsn;
    this.#asked.set(node, lsn);
    const answered = (): unknown => this.#asked.delete(node);
    lsn.then(answered, answered);
    return lsn;
  }

  #nodeNamed(name: NodeName): DatabaseNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no database is called ${name}`);
    return node;
  }

  #passageOf(exchange: Exchange, forward: Passage<GatewayAnswer>['forward']): Passage<GatewayAnswer> {
    return {
      forward,
      answer: (status, message) => plainError(exchange, status, message),
      errorCode: codeOf,
      breakConnection: () => CONNECTION_LOST,
      sleep: (milliseconds) => this.#options.sleep(milliseconds),
      inBackground: (work) => this.#background.start(work),
    };
  }
}

function codeOf(answer: GatewayAnswer): string | undefined {
  if (answer === CONNECTION_LOST || answer.status < 400) return undefined;
  try {
    const { code } = JSON.parse(answer.body) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}

function exchangeOf(id: number, request: GatewayRequest, fault: ClaimedFault | undefined): Exchange {
  const { actor, operation, method, url, body } = request;
  return {
    id,
    actor,
    operation,
    method,
    url,
    requestBody: body,
    fault,
    routed: undefined,
    node: undefined,
    lsn: undefined,
    status: undefined,
    responseBody: undefined,
  };
}

function plainError(exchange: Exchange, status: number, message: string): HttpAnswer {
  const answer = gatewayError(status, message);
  exchange.responseBody = answer.body;
  return answer;
}
