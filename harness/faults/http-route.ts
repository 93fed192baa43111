import type { HttpFaultKind } from './fault.ts';

/** One read is served by a database of the plan's choice: a load balancer may always choose so. */
export const httpRoute: HttpFaultKind<'http-route'> = {
  kind: 'http-route',
  requires: 'http-route',
  inflict: (fault) => ({ kind: 'http-route', to: fault.to }),
};
