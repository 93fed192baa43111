import type { HttpFaultKind } from './fault.ts';

/** One request is answered with a server error by the load balancer; the database never sees it. */
export const httpError: HttpFaultKind<'http-error'> = {
  kind: 'http-error',
  requires: 'http-error',
  inflict: (fault) => ({ kind: 'http-error', status: fault.status }),
};
