import type { HttpFaultKind } from './fault.ts';

/** One request arrives late, or its response does: later ones overtake it. */
export const httpDelay: HttpFaultKind<'http-delay'> = {
  kind: 'http-delay',
  requires: 'http-delay',
  inflict: (fault) => ({ kind: 'http-delay', delayMs: fault.delay_ms, where: fault.where }),
};
