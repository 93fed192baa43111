import { describe, expect, it } from 'vitest';
import { RequestLost } from '../errors.ts';
import { claims, claimOf, Fault, type RequestFault } from '../faults/fault-registry.ts';
import { createEdge } from './edge.ts';

/** An edge with one fault, and a log of its events. */
function edgeWith(input: object) {
  const fault = Fault.parse(input) as RequestFault;
  const events: string[] = [];
  const edge = createEdge({
    claim: (request) =>
      claims(fault, request) && (fault.match.nth ?? request.nth) === request.nth ? claimOf(fault) : undefined,
    sleep: async (milliseconds) => void events.push(`slept ${milliseconds}`),
    onClaimed: ({ kind }, { actor }) => void events.push(`${kind} of ${actor}`),
  });
  const ask = (actor = 'tab-1') =>
    edge.pass(
      new Request('http://app.invalid/status'),
      { actor, operation: `${actor}#1`, gatewayUrl: 'http://gateway.invalid' },
      async () => (events.push('answered'), new Response('85')),
    );
  return { edge, ask, events };
}

const match = { actor: 'tab-1', at: 'edge', nth: 2 };

describe('the edge', () => {
  it('forwards every request that no fault claims', async () => {
    const { ask, events } = edgeWith({ kind: 'http-drop', match });
    expect(await (await ask()).text()).toBe('85');
    expect(await (await ask('tab-2')).text()).toBe('85');
    expect(events).toEqual(['answered', 'answered']);
  });

  it('drops the request that a fault claims before the application sees it', async () => {
    const { ask, events } = edgeWith({ kind: 'http-drop', match });
    await ask();
    await expect(ask()).rejects.toThrow(RequestLost);
    expect(events).toEqual(['answered', 'http-drop of tab-1']);
    await ask();
    expect(events).toHaveLength(3);
  });

  it.each([
    ['request', ['slept 70', 'answered']],
    ['response', ['answered', 'slept 70']],
  ])('delays the %s', async (where, expected) => {
    const { ask, events } = edgeWith({ kind: 'http-delay', match: { ...match, nth: 1 }, delay_ms: 70, where });
    expect(await (await ask()).text()).toBe('85');
    expect(events).toEqual(['http-delay of tab-1', ...expected]);
  });

  it('answers a late request itself, and settles when the background work is done', async () => {
    const { ask, edge, events } = edgeWith({ kind: 'http-late', match: { ...match, nth: 1 }, apply_after_ms: 30 });
    expect((await ask()).status).toBe(504);
    await edge.settled();
    expect(events).toEqual(['http-late of tab-1', 'slept 30', 'answered']);
  });

  it('does not apply faults of the gateway', async () => {
    const { ask, events } = edgeWith({ kind: 'http-drop', match: { actor: 'tab-1' } });
    await ask();
    expect(events).toEqual(['answered']);
  });
});

describe('the caches of the edge', () => {
  function cachesWith(options: object) {
    let answers = 0;
    const served: string[] = [];
    const edge = createEdge({
      claim: ({ nth }) => (nth === 3 ? claimOf(Fault.parse({ kind: 'http-drop', match }) as RequestFault) : undefined),
      sleep: async () => undefined,
      onClaimed: () => undefined,
      caches: {
        nowMs: () => 0,
        onServed: ({ actor, operation }, { cache, ageMs }) =>
          void served.push(`${actor} ${operation} ${cache} ${ageMs}`),
        ...options,
      },
    });
    const ask = async (actor = 'tab-1'): Promise<string> => {
      const operation = { actor, operation: '#1', gatewayUrl: 'http://gateway.invalid' };
      const request = new Request('http://app.invalid/status');
      return (await edge.pass(request, operation, async () => new Response(`${++answers}`))).text();
    };
    return { ask, served, caches: edge.caches! };
  }
  const rule = { cacheControl: 'max-age=60', overrides: false };
  const shared = { rule, ignoresQuery: false, pops: 2 };

  it('share the answers of a point of presence among the tabs', async () => {
    const { ask, served, caches } = cachesWith({ edge: shared });
    expect([await ask('tab-1'), await ask('tab-2')]).toEqual(['1', '1']);
    caches.route('tab-2', 2);
    expect([await ask('tab-1'), await ask('tab-2')]).toEqual(['1', '2']);
    caches.route('tab-2', undefined);
    expect(await ask('tab-4')).toBe('1');
    expect(served).toEqual(['tab-2 #1 edge cache 1 0', 'tab-1 #1 edge cache 1 0', 'tab-4 #1 edge cache 1 0']);
  });

  it('are purged at one point of presence, or at all', async () => {
    const { ask, caches } = cachesWith({ edge: shared });
    await ask();
    caches.purge('edge', 2);
    expect(await ask()).toBe('1');
    caches.purge('edge');
    await expect(ask()).rejects.toThrow(RequestLost);
    expect(await ask()).toBe('2');
  });

  it('are those of each browser, before faults apply', async () => {
    const { ask, served, caches } = cachesWith({ browser: { rule } });
    const own = [await ask('tab-1'), await ask('tab-2'), await ask('tab-1'), await ask('tab-1'), await ask('tab-1')];
    expect(own).toEqual(['1', '2', '1', '1', '1']);
    expect(served[0]).toBe('tab-1 #1 browser cache 0');
    caches.purge('browser');
    expect(await ask('tab-1')).toBe('3');
  });
});
