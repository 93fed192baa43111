import { expect, test } from 'vitest';
import { takeAttribution } from './attribution-headers.ts';

test('the actor and the operation are taken from the two headers', () => {
  const headers = new Headers({ 'x-ratchet-actor': 'tab-1', 'x-ratchet-operation': 'tab-1#2', apikey: 'key' });
  expect(takeAttribution(headers)).toEqual({ actor: 'tab-1', operation: 'tab-1#2' });
  expect([...headers]).toEqual([['apikey', 'key']]);
});

test('a server that passes on only baggage is attributed, and baggage of others stays', () => {
  const headers = new Headers({ baggage: 'user=7;ttl=1, ratchet.actor=tab%201;x=y, ratchet.operation=tab%201%232' });
  expect(takeAttribution(headers)).toEqual({ actor: 'tab 1', operation: 'tab 1#2' });
  expect([...headers]).toEqual([['baggage', 'user=7;ttl=1']]);
});

test('nothing of ours is left', () => {
  const headers = new Headers({ baggage: 'ratchet.actor=a,ratchet.operation=b', 'x-ratchet-actor': 'c' });
  expect(takeAttribution(headers)).toEqual({ actor: 'c', operation: 'b' });
  expect([...headers]).toEqual([]);
});

test('a request of nobody is not attributed', () => {
  expect(takeAttribution(new Headers({ baggage: 'user=7' }))).toEqual({ actor: undefined, operation: undefined });
});
