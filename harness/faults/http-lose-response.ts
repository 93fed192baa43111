import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { onRequests } from './fields.ts';

/** One request is applied and its response lost: the client cannot know, and a retry applies it again. */
export const httpLoseResponse = defineFault({
  kind: 'http-lose-response',
  summary: 'requests are applied, their responses lost',
  fields: onRequests('http-lose-response', {}),
  isAtEdgeToo: true,
  async inflict(_, passage) {
    await passage.forward();
    return passage.breakConnection();
  },
  describe: () => '',
  tell: () => 'applied, and its response lost',
  draw: {
    'http-lose-response': {
      on: 'request',
      draw: () => fc.constant((match) => ({ kind: 'http-lose-response' as const, match })),
    },
  },
  byHand: {},
});
