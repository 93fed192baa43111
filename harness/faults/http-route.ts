import fc from 'fast-check';
import { z } from 'zod';
import { defineFault } from './fault.ts';
import { node, onRequests, RequestMatch } from './fields.ts';

/** One read is served by a database of the plan's choice, in rotation or not: a load balancer may always choose so. */
export const httpRoute = defineFault({
  kind: 'http-route',
  summary: 'reads are served by that database',
  fields: onRequests('http-route', { to: node }).extend({
    match: RequestMatch.omit({ at: true }).extend({ method: z.literal('GET').default('GET') }),
  }),
  inflict: (fault, passage) => passage.forward(fault.to),
  describe: (fault) => ` to ${fault.to === 'primary' ? 'the primary' : fault.to}`,
  tell: (fields) => `sent to ${fields['to']}`,
  draw: {
    'http-route': {
      on: 'request',
      weight: 2,
      // The primary is as good a target as a replica: it may be the one that is ahead.
      draw: () =>
        fc.constantFrom('replica-1', 'primary', 'replica-2', 'replica-3').map((to) => ({ actor, nth }) => ({
          kind: 'http-route' as const,
          match: { actor, method: 'GET' as const, nth },
          to,
        })),
    },
  },
  byHand: { options: { to: { flag: '--to <database>', description: 'primary, replica-1, …', value: 'text' } } },
});
