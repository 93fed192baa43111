import fc from 'fast-check';
import { z } from 'zod';
import { defineFault } from './fault.ts';
import { node, onRequests, RequestMatch } from './fields.ts';

/** One read goes to the database that the plan names, whether it is in rotation or not. */
export const httpRoute = defineFault({
  kind: 'http-route',
  summary: 'reads go to the given database',
  fields: onRequests('http-route', { to: node }).extend({
    match: RequestMatch.omit({ at: true }).extend({ method: z.literal('GET').default('GET') }),
  }),
  inflict: (fault, passage) => passage.forward(fault.to),
  describe: (fault) => ` to ${fault.to === 'primary' ? 'the primary' : fault.to}`,
  describeEffect: (fields) => `sent to ${fields['to']}`,
  draw: {
    'http-route': {
      on: 'request',
      weight: 2,
      draw: ({ databases }) =>
        fc.constantFrom(...databases).map((to) => ({ actor, nth }) => ({
          kind: 'http-route' as const,
          match: { actor, method: 'GET' as const, nth },
          to,
        })),
    },
  },
  byHand: { options: { to: { flag: '--to <database>', description: 'primary, replica-1, …', value: 'text' } } },
});
