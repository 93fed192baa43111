/** A simulated world as the place of a run: virtual time, and a network that is function calls with latencies. */
import { CONNECTION_LOST, type Gateway, type GatewayAnswer } from '../gateway/gateway.ts';
import { messageOf, responseOf } from '../gateway/http-message.ts';
import type { HttpMessage } from '../port/message.ts';
import { currentInstance, currentOperation } from '../async-context.ts';
import { EnvironmentError } from '../errors.ts';
import type { Draw } from '../plan/random.ts';
import { escape } from '../simulation/escapes.ts';
import type { AppTimer, World } from '../simulation/world.ts';
import type { Host } from './host.ts';

const URL_OF_GATEWAY = 'http://supabase.invalid';

/** A message within a region: drawn anew for each, so that two that are sent at once may arrive in either order. */
const LATENCY_US_MIN = 200;
const LATENCY_US_MAX = 1_500;

export function virtualHost(world: World, draw: Draw, epochMs: number): Host {
  const links = new Map<string | undefined, string>();

  return {
    clock: () => world.clock(),
    async serve(gateway) {
      world.fetch = (input, init) => {
        if (currentInstance()?.isDead === true) return new Promise(() => undefined);
        const sent = plain(input, init);
        return sent === undefined
          ? unusual(input, init).then((asked) => travel(gateway, asked))
          : travel(gateway, sent);
      };
      return { url: URL_OF_GATEWAY, close: async () => undefined };
    },
    onTrouble: (report) => world.onTrouble(report),
    leftBehind: () => leakOf(world),
    simulation: { clock: world.clock(), epochMs },
  };

  /** There and back, each way with a latency; whoever aborts does not wait for the rest. */
  function travel(gateway: Pick<Gateway, 'handle'>, { signal, message }: Sent): Promise<Response> {
    const { method, url, headers, body } = message;
    const { actor, operation } = currentOperation() ?? {};
    const link = linkOf(actor);
    const asked = { method, url, headers, body, actor, operation };
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
        if (end()) reject(signal!.reason);
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
        const answer = gateway.handle(asked);
        if (answer instanceof Promise) answer.then(goBack, fail);
        else goBack(answer);
      });
    });
  }

  /** To each actor its own randomness. */
  function linkOf(actor: string | undefined): string {
    let link = links.get(actor);
    if (link === undefined) links.set(actor, (link = `network/${actor ?? 'app'}`));
    return link;
  }

  function afterLatency(link: string, happen: () => void): void {
    world.schedule(draw(link, LATENCY_US_MIN, LATENCY_US_MAX) * 1e3, happen);
  }
}

interface Sent {
  signal: AbortSignal | null;
  message: HttpMessage;
}

/** What `fetch` was given, if it is plain as it is, like all that supabase-js sends: no request has to be made of it. */
function plain(...[input, init = {}]: Parameters<typeof fetch>): Sent | undefined {
  const { method = 'GET', body = null, headers, signal = null } = init;
  const mayHaveBody = method === 'POST' || method === 'PATCH' || method === 'DELETE';
  const isPlain = typeof input === 'string' && (body === null ? mayHaveBody || method === 'GET' : mayHaveBody);
  if (!isPlain || (typeof body !== 'string' && body !== null) || !(headers instanceof Headers)) return undefined;
  if (!input.startsWith(URL_OF_GATEWAY)) return undefined;
  return { signal, message: { method, url: new URL(input), headers: new Headers(headers), body: body ?? '' } };
}

async function unusual(...[input, init = {}]: Parameters<typeof fetch>): Promise<Sent> {
  const request = new Request(input, init);
  if (!request.url.startsWith(URL_OF_GATEWAY)) throw escape(`fetch of ${request.url}`);
  // Asked of the request, it would have to be made for each.
  const signal = init.signal ?? (input instanceof Request ? input.signal : null);
  return { signal, message: await messageOf(request) };
}

/** As Node's fetch rejects when the other side closes its socket. */
function connectionLost(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('fetch failed', { cause });
}

/** supabase-js's own auth client keeps a timer for as long as it lives, which no application can help. */
const TOLERATED = /\/node_modules\/@supabase\/(auth-js|realtime-js)\//;

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
    `left a ${timer.kind} behind${more} that it made at ${since} s and that keeps its process alive`,
    timer.origin,
    'clear it when the work is done, or unref it',
  );
}
