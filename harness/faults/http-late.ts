import fc from 'fast-check';
import { z } from 'zod';
import { DELAYS_MS, shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { milliseconds, onRequests } from './fields.ts';

/** A proxy times out: the client gets an error now, and the server applies the request later. */
export const httpLate = defineFault({
  kind: 'http-late',
  summary: 'clients get 504 or no response, and requests are applied later',
  fields: onRequests('http-late', {
    /** Counted from the response to the client. */
    apply_after_ms: milliseconds,
    /** What the client gets: a gateway time-out, or a broken connection. */
    answer: z.enum(['504', 'none']).default('504'),
  }),
  isAtEdgeToo: true,
  inflict({ apply_after_ms: applyAfterMs, answer }, passage) {
    passage.inBackground(async () => {
      await passage.sleep(applyAfterMs);
      await passage.forward();
    });
    return answer === '504' ? passage.answer(504, 'gateway time-out') : passage.breakConnection();
  },
  describe: ({ answer, apply_after_ms: ms }) => `, ${answer === '504' ? '504' : 'no answer'}, applied ${ms} ms later`,
  describeEffect: (fields) =>
    `${fields['answer'] === '504' ? 'answered 504' : 'its connection broken'}, and applied ${fields['apply_after_ms']} ms later`,
  draw: {
    'http-late': {
      on: 'request',
      draw: ({ delays }) =>
        fc
          .record({ delay: fc.constantFrom(...delays), answer: fc.constantFrom('504', 'none') })
          .map(({ delay, answer }) => (match) => ({
            kind: 'http-late' as const,
            match,
            apply_after_ms: delay,
            answer,
          })),
    },
  },
  shrink: (fault) => shorter(fault, 'apply_after_ms', DELAYS_MS),
  byHand: {
    options: {
      apply_after_ms: { flag: '--apply-after <duration>', description: 'e.g. 500ms', value: 'duration' },
      answer: {
        flag: '--answer <what>',
        description: 'what the client gets (default: 504)',
        value: 'text',
        choices: ['504', 'none'],
      },
    },
  },
});
