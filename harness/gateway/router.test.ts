import { describe, expect, it } from 'vitest';
import type { Routing } from '../port/backend.ts';
import { createRouter } from './router.ts';

function router(routing: Routing, replicas = ['replica-1', 'replica-2'], stickyMs = 0) {
  const clock = { ms: 0 };
  return { clock, ...createRouter({ routing, replicas, stickyMs, nowMs: () => clock.ms }) };
}

const gets = (route: (method: string) => string, times: number) => Array.from({ length: times }, () => route('GET'));

describe('routing', () => {
  it.each<Routing>(['get-to-replica', 'round-robin', 'sticky', 'primary-only'])(
    '%s sends every write to the primary',
    (routing) => {
      const { route } = router(routing);
      expect(['POST', 'PATCH', 'PUT', 'DELETE'].map(route)).toEqual(Array(4).fill('primary'));
    },
  );

  it('get-to-replica rotates reads over the replicas', () => {
    expect(gets(router('get-to-replica').route, 4)).toEqual(['replica-1', 'replica-2', 'replica-1', 'replica-2']);
  });

  it('get-to-replica falls back to the primary if no replica is in rotation', () => {
    const { route, setInRotation } = router('get-to-replica', ['replica-1']);
    setInRotation('replica-1', false);
    expect(route('GET')).toBe('primary');
    setInRotation('replica-1', true);
    expect(route('GET')).toBe('replica-1');
    expect(router('get-to-replica', []).route('GET')).toBe('primary');
  });

  it('round-robin includes the primary', () => {
    expect(gets(router('round-robin').route, 4)).toEqual(['primary', 'replica-1', 'replica-2', 'primary']);
  });

  it('sticky keeps reads on the primary for a time after a write', () => {
    const { clock, route } = router('sticky', ['replica-1'], 100);
    expect(route('GET')).toBe('replica-1');
    route('PATCH');
    clock.ms = 99;
    expect(route('GET')).toBe('primary');
    clock.ms = 100;
    expect(route('GET')).toBe('replica-1');
  });

  it('primary-only sends no read to a replica', () => {
    expect(gets(router('primary-only').route, 2)).toEqual(['primary', 'primary']);
  });
});
