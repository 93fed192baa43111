/** A simulated world as the place of a run: virtual time, and a network that is function calls with latencies. */
import { CONNECTION_LOST, type Gateway } from '../backend/gateway/gateway.ts';
import { EnvironmentError } from '../errors.ts';
import type { Draw } from '../plan/random.ts';
import { escape } from '../simulation/escapes.ts';
import type { AppTimer, World } from '../simulation/world.ts';
import { currentActor, tag } from './attribution.ts';
import type { Host } from './host.ts';

const URL_OF_GATEWAY = 'http://supabase.invalid';

/** A message within a region: drawn anew for each, so that two that are sent at once may arrive in either order. */
const LATENCY_US_MIN = 200;
const LATENCY_US_MAX = 1_500;

export function virtualHost(world: World, draw: Draw, epochMs: number): Host {
  return {
    clock: () => world.clock(),
    async serve(gateway) {
      world.fetch = (input, init) => travel(gateway, input, init);
      return { url: URL_OF_GATEWAY, close: async () => undefined };
    },
    onTrouble: (report) => world.onTrouble(report),
    leftBehind: () => leakOf(world),
    simulation: { clock: world.clock(), epochMs },
  };

  async function travel(gateway: Gateway, ...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const request = new Request(input, init);
    if (!request.url.startsWith(URL_OF_GATEWAY)) throw escape(`fetch of ${request.url}`);
    tag(request.headers);
    const link = `network/${currentActor() ?? 'app'}`;
    // Asked of the request, it would have to be made for each.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    world.requestsInFlight += 1;
    try {
      await untilAborted(signal, latency(link));
      const answer = await untilAborted(signal, gateway.handle(request));
      await untilAborted(signal, latency(link));
      if (answer === CONNECTION_LOST) throw connectionLost();
      return answer;
    } finally {
      world.requestsInFlight -= 1;
    }
  }

  function latency(link: string): Promise<void> {
    const microseconds = draw(link, LATENCY_US_MIN, LATENCY_US_MAX);
    return new Promise((resolve) => world.schedule(microseconds * 1e3, resolve));
  }
}

/** As Node's fetch rejects when the other side closes its socket. */
function connectionLost(): TypeError {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  return new TypeError('fetch failed', { cause });
}

function untilAborted<T>(signal: AbortSignal | null, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
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
