import fc from 'fast-check';
import { z } from 'zod';
import { DELAYS_MS, shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { milliseconds, onRequests } from './fields.ts';

/** One request, or its response, is late: later ones overtake it. */
export const httpDelay = defineFault({
  kind: 'http-delay',
  summary: 'requests or their responses are late',
  fields: onRequests('http-delay', {
    delay_ms: milliseconds,
    /** Before the server sees the request, or before the client sees the response. */
    where: z.enum(['request', 'response']).default('response'),
  }),
  isAtEdgeToo: true,
  async inflict({ delay_ms: delayMs, where }, passage) {
    if (where === 'request') await passage.sleep(delayMs);
    const answer = await passage.forward();
    if (where === 'response') await passage.sleep(delayMs);
    return answer;
  },
  describe: (fault) => `, its ${fault.where} ${fault.delay_ms} ms late`,
  // Histories of earlier versions have `delayMs`.
  describeEffect: (fields) => `its ${fields['where']} delayed by ${fields['delay_ms'] ?? fields['delayMs']} ms`,
  draw: {
    'http-delay': {
      on: 'request',
      draw: ({ delays }) =>
        fc
          .record({ delay: fc.constantFrom(...delays), where: fc.constantFrom('response', 'request') })
          .map(({ delay, where }) => (match) => ({ kind: 'http-delay' as const, match, delay_ms: delay, where })),
    },
  },
  shrink: (fault) => shorter(fault, 'delay_ms', DELAYS_MS),
  byHand: {
    options: {
      delay_ms: { flag: '--delay <duration>', description: 'e.g. 500ms', value: 'duration' },
      where: {
        flag: '--where <side>',
        description: 'what is late (default: response)',
        value: 'text',
        choices: ['request', 'response'],
      },
    },
  },
});
