import fc from 'fast-check';
import { z } from 'zod';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';

/** The caches of a place forget every answer, as after a purge by hand or an eviction. */
export const cachePurge = defineFault({
  kind: 'cache-purge',
  summary: 'caches forget every answer',
  fields: momentary('cache-purge', {
    cache: z.enum(['browser', 'edge', 'app']),
    /** At the edge: only that point of presence, counted from 1. */
    pop: z.int().min(1).optional(),
  }),
  needs: () => undefined,
  async inflict({ cache, pop }, { caches }) {
    caches.purge(cache, pop);
    return { end: async () => undefined };
  },
  describe: ({ cache, pop }) =>
    `the cache at ${cache === 'app' ? 'the app' : `the ${cache}`}${pop === undefined ? '' : ` (point of presence ${pop})`} is purged`,
  draw: {
    'cache-purge': {
      on: 'tab',
      at: 'commit',
      onlyIfNamed: true,
      draw: () =>
        fc.constantFrom('edge' as const, 'browser' as const, 'app' as const).map((cache) => ({ moment }) => ({
          kind: 'cache-purge' as const,
          cache,
          from: moment,
        })),
    },
  },
  claims: ({ cache, pop, from }) => [`purge of ${cache} ${pop ?? ''} at ${JSON.stringify(from)}`],
});
