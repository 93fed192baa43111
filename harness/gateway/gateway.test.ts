import { afterEach, describe, expect, it } from 'vitest';
import type { DatabaseNode } from '../port/backend.ts';
import { answerOf } from '../gateway/http-message.ts';
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import { claimOf, Fault, type RequestFault } from '../faults/fault-registry.ts';
import type { ClaimedFault } from './claim.ts';
import { CONNECTION_LOST, createGateway, type Exchange, type GatewayOptions } from './gateway.ts';
import { createRouter } from './router.ts';
import { ACTOR_HEADER, OPERATION_HEADER } from '../port/message.ts';
import { serveGateway, type GatewayServer } from './gateway-server.ts';

const served: HttpMessage[] = [];
const events: string[] = [];
let server: GatewayServer | undefined;

afterEach(async () => {
  served.length = 0;
  events.length = 0;
  await server?.close();
  server = undefined;
});

function node(name: string, answer: () => Response = () => Response.json({ from: name })): DatabaseNode {
  return {
    name,
    lsn: async () => '0/1',
    rest: async (request) => {
      served.push(request);
      return answerOf(answer());
    },
  };
}

/** The claim of the nemesis for a fault of a plan. */
function claimed(input: object): ClaimedFault {
  const fault = Fault.parse({ match: { actor: 'worker-1' }, ...input }) as RequestFault;
  return claimOf(fault);
}

function gateway(fault?: object, overrides: Partial<GatewayOptions> = {}) {
  const exchanges: Exchange[] = [];
  const made = createGateway({
    nodes: [node('primary'), node('replica-1')],
    router: createRouter({ routing: 'get-to-replica', replicas: ['replica-1'], stickyMs: 0, nowMs: () => 0 }),
    sleep: async (ms) => void events.push(`slept ${ms}`),
    listener: { requested: () => undefined, ended: (exchange) => void exchanges.push(exchange) },
    claim: () => (fault === undefined ? undefined : claimed(fault)),
    ...overrides,
  });
  return { ...made, exchanges };
}

const url = new URL('http://gateway/rest/v1/stories?id=eq.story-1');
const get: HttpMessage = { method: 'GET', url, headers: new Headers(), body: '' };
const patch: HttpMessage = { ...get, method: 'PATCH', body: '{"generation_progress":10}' };

describe('the gateway', () => {
  it('asks a database for its LSN once for all requests that arrive meanwhile, and again for later ones', async () => {
    const asked: PromiseWithResolvers<string>[] = [];
    const lsn = (): Promise<string> => {
      asked.push(Promise.withResolvers());
      return asked.at(-1)!.promise;
    };
    const { handle, exchanges } = gateway(undefined, { nodes: [node('primary'), { ...node('replica-1'), lsn }] });
    const answers = [handle(get), handle(get)];
    expect(asked.length).toBe(1);
    asked[0]!.resolve('0/A');
    await Promise.all(answers);
    const last = handle(get);
    asked[1]!.resolve('0/B');
    await last;
    expect(exchanges.map((exchange) => exchange.lsn)).toEqual(['0/A', '0/A', '0/B']);
  });

  it('forwards a request to the database that the router chose, and reports which one served it', async () => {
    const { handle, exchanges } = gateway();
    const answer = (await handle({ ...get, actor: 'tab-1', operation: 'tab-1#1' })) as HttpAnswer;
    expect(JSON.parse(answer.body)).toEqual({ from: 'replica-1' });
    expect(exchanges).toMatchObject([
      { actor: 'tab-1', operation: 'tab-1#1', node: 'replica-1', lsn: '0/1', status: 200 },
    ]);
  });

  it('sends a read to the database that a fault names instead of the one that the router chose', async () => {
    const { handle, exchanges } = gateway({ kind: 'http-route', to: 'primary' });
    await handle(get);
    expect(exchanges).toMatchObject([{ node: 'primary', status: 200 }]);
  });

  it('counts the requests of each actor by method', async () => {
    const claims: unknown[] = [];
    const { handle } = gateway(undefined, { claim: (request) => void claims.push(request) });
    const actor = 'worker-1';
    await handle({ ...patch, actor });
    await handle({ ...get, actor });
    await handle({ ...patch, actor });
    expect(claims).toEqual([
      { at: 'gateway', actor: 'worker-1', method: 'PATCH', nth: 1, nthOfAll: 1 },
      { at: 'gateway', actor: 'worker-1', method: 'GET', nth: 1, nthOfAll: 2 },
      { at: 'gateway', actor: 'worker-1', method: 'PATCH', nth: 2, nthOfAll: 3 },
    ]);
  });

  it('drops a request before the database sees it', async () => {
    const { handle, exchanges } = gateway({ kind: 'http-drop' });
    expect(await handle(patch)).toBe(CONNECTION_LOST);
    expect(served).toHaveLength(0);
    expect(exchanges[0]!.status).toBeUndefined();
  });

  it('loses the response of a request that was applied', async () => {
    const { handle, exchanges } = gateway({ kind: 'http-lose-response' });
    expect(await handle(patch)).toBe(CONNECTION_LOST);
    expect(served).toHaveLength(1);
    expect(exchanges[0]!).toMatchObject({ node: 'primary', status: undefined });
  });

  it('answers with a server error without a request to the database', async () => {
    const answer = (await gateway({ kind: 'http-error', status: 503 }).handle(patch)) as HttpAnswer;
    expect(answer.status).toBe(503);
    expect(served).toHaveLength(0);
  });

  it.each(['request', 'response'] as const)('delays the %s', async (where) => {
    const nodes = [node('primary', () => (events.push('served'), Response.json({})))];
    await gateway({ kind: 'http-delay', delay_ms: 70, where }, { nodes }).handle(patch);
    expect(events).toEqual(where === 'request' ? ['slept 70', 'served'] : ['served', 'slept 70']);
  });

  it('applies an effect to every matching request after routing, until the effect is stopped', async () => {
    const { handle, intercept, exchanges } = gateway();
    const stop = intercept(
      ({ node, actor }) => node === 'primary' && actor === 'worker-1',
      (passage) => passage.answer(502, 'stopped'),
    );
    const ask = async (request: HttpMessage, actor: string) =>
      ((await handle({ ...request, actor })) as HttpAnswer).status;
    expect([await ask(patch, 'worker-1'), await ask(get, 'worker-1'), await ask(patch, 'worker-2')]).toEqual([
      502, 200, 200,
    ]);
    // No database has served the first request.
    expect(exchanges.map((exchange) => exchange.node)).toEqual([undefined, 'replica-1', 'primary']);
    stop();
    expect(await ask(patch, 'worker-1')).toBe(200);
  });

  it('answers 503 if the database cannot be reached, and names the database', async () => {
    const dead: DatabaseNode = {
      name: 'primary',
      lsn: async () => '0/1',
      rest: () => Promise.reject(new Error('ECONNREFUSED')),
    };
    const answer = (await gateway(undefined, { nodes: [dead] }).handle(patch)) as HttpAnswer;
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('primary cannot be reached: ECONNREFUSED');
  });

  it('answers 404 to a path outside of the REST API', async () => {
    expect(
      ((await gateway().handle({ ...get, url: new URL('http://gateway/auth/v1/user') })) as HttpAnswer).status,
    ).toBe(404);
  });
});

describe('the gateway on a port', () => {
  it('forwards body and headers, without the headers that identify the actor', async () => {
    server = await serveGateway(gateway());
    const headers = { [ACTOR_HEADER]: 'worker-1', [OPERATION_HEADER]: 'worker-1#1', apikey: 'key' };
    await fetch(`${server.url}/rest/v1/stories`, { method: 'PATCH', body: '{"generation_progress":10}', headers });
    expect(served[0]).toMatchObject({ method: 'PATCH', body: '{"generation_progress":10}' });
    expect(served[0]!.headers.get('apikey')).toBe('key');
    expect([ACTOR_HEADER, OPERATION_HEADER, 'content-length'].some((name) => served[0]!.headers.has(name))).toBe(false);
  });

  it('serves HTTP on loopback, including empty responses', async () => {
    server = await serveGateway(
      gateway(undefined, { nodes: [node('primary', () => new Response(null, { status: 204 }))] }),
    );
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    const answer = await fetch(`${server.url}/rest/v1/stories`, { method: 'PATCH', body: '{}' });
    expect(answer.status).toBe(204);
  });

  it('breaks the connection of a lost exchange', async () => {
    server = await serveGateway(gateway({ kind: 'http-lose-response' }));
    await expect(fetch(`${server.url}/rest/v1/stories`, { method: 'PATCH', body: '{}' })).rejects.toThrow(
      'fetch failed',
    );
    expect(served).toHaveLength(1);
  });
});
