import { expect, it } from 'vitest';
import { cuts } from './cuts.ts';
import { Cache, describeCache } from './cache-plan.ts';
import { parsePlan } from './plan.ts';

function planWith(caches: readonly object[], faults: readonly object[] = []) {
  const input = {
    plan: 1,
    scenario: 'x',
    seed: 1,
    topology: { caches },
    generations: [{ worker: 'worker-1', story: 's', steps: [{ progress: 100, after_ms: 1 }] }],
    observers: [{ session: 'tab-1', story: 's', every_ms: 10 }],
    faults,
    properties: ['monotonic-view'],
  };
  return parsePlan(input, 'here');
}

it.each([
  [[{ at: 'edge' }, { at: 'edge' }], [], 'topology.caches.1: there is a cache at edge already'],
  [[{ at: 'browser', overrides: true }], [], 'topology.caches.0: overrides needs a cache_control'],
  [[{ at: 'edge', cache_control: 's-maxage=0.5' }], [], 'must be directives of Cache-Control'],
  [[{ at: 'edge' }], [{ kind: 'cache-purge', cache: 'app' }], 'faults.0: there is no cache at app'],
  [[], [{ kind: 'edge-pop', session: 'tab-1', pop: 1 }], 'faults.0: there is no cache at edge'],
  [
    [{ at: 'edge', pops: 2 }],
    [{ kind: 'edge-pop', session: 'tab-1', pop: 3 }],
    'faults.0: point of presence 3 does not exist',
  ],
])('%j with the faults %j is refused: %s', (caches, faults, message) => {
  expect(() => planWith(caches, faults)).toThrow(message);
});

it.each([
  [{ at: 'browser' }, 'the browser of each tab'],
  [
    { at: 'edge', pops: 2, key: 'path', cache_control: 's-maxage=5' },
    'the edge, at 2 points of presence, without the query, s-maxage=5 by default',
  ],
  [{ at: 'edge', cache_control: 's-maxage=5', overrides: true }, 'the edge, always s-maxage=5'],
  [{ at: 'app', shared: true, caches: 'opted-in' }, 'the application, of every GET to Supabase that asks for it'],
  [
    { at: 'app', revalidate_ms: 50, deduplicates: true },
    'each instance, of every GET to Supabase, revalidated after 50 ms, once for each request',
  ],
])('%j is described', (cache, words) => {
  expect(describeCache(Cache.parse(cache))).toBe(words);
});

it('a cache that no fault needs can be left out of a smaller plan', () => {
  const plan = planWith([{ at: 'edge' }, { at: 'browser' }], [{ kind: 'cache-purge', cache: 'edge' }]);
  const places = [...cuts(plan)].map(({ topology }) => (topology.caches ?? []).map(({ at }) => at).join(' '));
  expect(places).toContain('edge');
  expect(places).not.toContain('browser');
});
