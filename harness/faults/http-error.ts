import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { onRequests, serverError } from './fields.ts';

/** The load balancer answers one request with a server error; the database does not receive the request. */
export const httpError = defineFault({
  kind: 'http-error',
  summary: 'requests are answered 5xx',
  fields: onRequests('http-error', { status: serverError }),
  isAtEdgeToo: true,
  inflict: (fault, passage) => passage.answer(fault.status, 'injected by the load balancer'),
  describe: (fault) => `, ${fault.status}`,
  describeEffect: (fields) => `answered ${fields['status']} by the load balancer`,
  draw: {
    'http-error': {
      on: 'request',
      draw: () => fc.constant((match) => ({ kind: 'http-error' as const, match, status: 503 })),
    },
  },
  byHand: {
    options: {
      status: { flag: '--status <code>', description: 'of the answer (default: 503)', value: 'whole number' },
    },
  },
});
