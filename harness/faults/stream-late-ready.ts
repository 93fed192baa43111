import fc from 'fast-check';
import { z } from 'zod';
import { START, DELAYS_MS, shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, milliseconds } from './fields.ts';

/** Joins of a tab are answered at once, and its subscription takes effect later, as on a server without subscribers. */
export const streamLateReady = defineFault({
  kind: 'stream-late-ready',
  summary: 'a subscription takes effect some time after its join was answered',
  fields: lasting('stream-late-ready', { session: z.string(), delay_ms: milliseconds }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session, delay_ms: delayMs }, { streams }) {
    const stop = streams.delayReadiness(session, delayMs);
    return { end: async () => stop() };
  },
  describe: ({ session, delay_ms: delayMs }) => `subscriptions of ${session} take effect ${delayMs} ms late`,
  shrink: (fault) => shorter(fault, 'delay_ms', DELAYS_MS),
  draw: {
    'stream-late-ready': {
      on: 'tab',
      at: 'commit',
      draw: () =>
        fc.constantFrom(1_000, 3_000).map((delayMs) => ({ session }) => ({
          kind: 'stream-late-ready' as const,
          session,
          delay_ms: delayMs,
          from: START,
        })),
    },
  },
});
