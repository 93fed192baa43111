/** The host of a simulated run: virtual time, and a network that consists of function calls with latencies. */
import { CONNECTION_LOST, type Gateway, type GatewayAnswer } from '../gateway/gateway.ts';
import { messageOf, responseOf } from '../gateway/http-message.ts';
import type { PreparedDatabase } from '../port/backend.ts';
import type { HttpMessage } from '../port/message.ts';
import { currentInstance, currentOperation } from '../async-context.ts';
import { EnvironmentError } from '../errors.ts';
import type { Draw } from '../plan/random.ts';
import { escape } from '../simulation/escapes.ts';
import type { AppTimer, VirtualFetch, World } from '../simulation/world.ts';
import type { Host } from './host.ts';
import { connectTo } from './virtual-sockets.ts';

const URL_OF_GATEWAY = 'http://supabase.invalid';

/** Latency within a region, drawn for each message: two messages sent at the same time may arrive in either order. */
const LATENCY_US_MIN = 200;
const LATENCY_US_MAX = 1_500;

const RANDOM_RANGE = 2 ** 32;

export function virtualHost(world: World, draw: Draw, epochMs: number, database: PreparedDatabase | undefined): Host {
  const roundTrip = networkOf(world, draw);
  const clock = world.clock();
  return {
    clock: () => world.clock(),
    nowMs: () => epochMs + clock.now() / 1e6,
    random: () => draw('realtime', 0, RANDOM_RANGE - 1) / RANDOM_RANGE,
    async serve(gateway) {
      const send: VirtualFetch = (input, init) => {
        const sent = plainRequest(input, init);
        return sent === undefined
          ? anyRequest(input, init).then((request) => roundTrip(gateway, request))
          : roundTrip(gateway, sent);
      };
      world.fetch = (input, init) => {
        const instance = currentInstance();
        if (instance?.isDead === true) return new Promise(() => undefined);
        return instance?.fetchCache === undefined ? send(input, init) : instance.fetchCache.fetch(input, init, send);
      };
      world.connect = connectTo(gateway, world, (link) => draw(link, LATENCY_US_MIN, LATENCY_US_MAX) * 1e3);
      return { url: URL_OF_GATEWAY, close: async () => undefined };
    },
    onFailure: (listener) => world.onFailure(listener),
    hasRequestsInFlight: () => world.requestsInFlight > 0,
    findLeak: () => leakOf(world),
    simulation: {
      clock,
      epochMs,
      random: () => draw('database', 0, RANDOM_RANGE - 1) / RANDOM_RANGE,
      ...(database === undefined ? {} : { database }),
    },
  };
}

/** The network between the application and the gateway: function calls with latencies. */
function networkOf(
  world: World,
  draw: Draw,
): (gateway: Pick<Gateway, 'handle'>, request: SentRequest) => Promise<Response> {
  const links = new Map<string | undefined, string>();
  return roundTrip;

  /** Sends a request and returns its answer, with a latency each way. Rejects at once when the request is aborted. */
  function roundTrip(gateway: Pick<Gateway, 'handle'>, { signal, message }: SentRequest): Promise<Response> {
    const { method, url, headers, body } = message;
    const { actor, operation } = currentOperation() ?? {};
    const link = linkOf(actor);
    const request = { method, url, headers, body, actor, operation };
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (): boolean => {
        if (isOver) return false;
        isOver = true;
        world.requestsInFlight -= 1;
        signal?.removeEventListener('abort', abort);
        return true;
      };
      const abort = (): void => {
        if (end()) reject(signal?.reason);
      };
      const fail = (error: unknown): void => {
        if (end()) reject(error);
      };
      const arrive = (answer: GatewayAnswer): void => {
        if (!end()) return;
        if (answer === CONNECTION_LOST) reject(connectionLost());
        else resolve(responseOf(answer));
      };
      const goBack = (answer: GatewayAnswer): void => afterLatency(link, () => arrive(answer));
      world.requestsInFlight += 1;
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      afterLatency(link, () => {
        if (isOver) return;
        const answer = gateway.handle(request);
        if (answer instanceof Promise) answer.then(goBack, fail);
        else goBack(answer);
      });
    });
  }

  /** Each actor has its own random stream of latencies. */
  function linkOf(actor: string | undefined): string {
    let link = links.get(actor);
    if (link === undefined) links.set(actor, (link = `network/${actor ?? 'app'}`));
    return link;
  }

  function afterLatency(link: string, happen: () => void): void {
    world.schedule(draw(link, LATENCY_US_MIN, LATENCY_US_MAX) * 1e3, happen);
  }
}

interface SentRequest {
  signal: AbortSignal | null;
  message: HttpMessage;
}

/**
 * The arguments of `fetch` without constructing a `Request`, which is faster. Works for all requests of supabase-js;
 * `undefined` for others.
 */
function plainRequest(...[input, init = {}]: Parameters<typeof fetch>): SentRequest | undefined {
  const { method = 'GET', body = null, headers, signal = null } = init;
  const mayHaveBody = method === 'POST' || method === 'PATCH' || method === 'DELETE';
  const isPlain = typeof input === 'string' && (body === null ? mayHaveBody || method === 'GET' : mayHaveBody);
  if (!isPlain || (typeof body !== 'string' && body !== null) || !(headers instanceof Headers)) return undefined;
  if (!input.startsWith(URL_OF_GATEWAY)) return undefined;
  return { signal, message: { method, url: new URL(input), headers: new Headers(headers), body: body ?? '' } };
}

async function anyRequest(...[input, init = {}]: Parameters<typeof fetch>): Promise<SentRequest> {
  const request = new Request(input, init);
  if (!request.url.startsWith(URL_OF_GATEWAY)) throw escape(`fetch of ${request.url}`);
  // The signal of `request` only follows the one that was given.
  const signal = init.signal ?? (input instanceof Request ? input.signal : null);
  return { signal, message: await messageOf(request) };
}

/** The error with which Node's fetch rejects when the server closes the connection. */
function connectionLost(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('fetch failed', { cause });
}

/**
 * The auth client of supabase-js keeps a timer for its whole lifetime, and SWR one until the end of its intervals; the
 * application cannot avoid that.
 */
const TOLERATED = /\/node_modules\/(@supabase\/(auth-js|realtime-js|phoenix)|swr)\//;

function leakOf(world: World): Error | undefined {
  const leaks = [...world.timers].filter((timer) => timer.isRef && !TOLERATED.test(timer.origin.stack ?? ''));
  const [first] = leaks;
  return first === undefined ? undefined : leaked(world, first, leaks.length);
}

function leaked(world: World, timer: AppTimer, count: number): EnvironmentError {
  const more = count === 1 ? '' : ` (and ${count - 1} more)`;
  const since = (timer.madeAt / 1e9).toFixed(3);
  return world.describe(
    'subject-leaks-timers',
    `left a ${timer.kind} running${more}, created at ${since} s, which keeps its process alive`,
    timer.origin,
    'clear it when the work is done, or unref it',
  );
}
