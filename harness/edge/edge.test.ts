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
