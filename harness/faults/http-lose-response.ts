import type { HttpFaultKind } from './fault.ts';

/** One request is applied and its response lost: the client cannot know, and a retry applies it again. */
export const httpLoseResponse: HttpFaultKind<'http-lose-response'> = {
  kind: 'http-lose-response',
  requires: 'http-lose-response',
  inflict: () => ({ kind: 'http-lose-response' }),
};
