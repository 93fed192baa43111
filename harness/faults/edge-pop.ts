import fc from 'fast-check';
import { z } from 'zod';
import { later } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';

/** The network sends a tab to another point of presence of the CDN, whose cache may hold older answers. */
export const edgePop = defineFault({
  kind: 'edge-pop',
  summary: 'the requests of a tab go to another point of presence of the edge cache',
  fields: lasting('edge-pop', { session: z.string(), pop: z.int().min(1) }),
  needs: () => undefined,
  async inflict({ session, pop }, { caches }) {
    caches.route(session, pop);
    return { end: async () => caches.route(session, undefined) };
  },
  describe: ({ session, pop }) => `${session} goes to point of presence ${pop}`,
  draw: {
    'edge-pop': {
      on: 'tab',
      at: 'commit',
      onlyIfNamed: true,
      draw: ({ delays }) =>
        fc.record({ pop: fc.constantFrom(2, 3), ms: fc.constantFrom(...delays) }).map(({ pop, ms }) => (site) => ({
          kind: 'edge-pop' as const,
          session: site.session,
          pop,
          from: site.moment,
          until: later(site.moment, ms),
        })),
    },
  },
});
