import { z } from 'zod';
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
});
