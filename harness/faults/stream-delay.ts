import { z } from 'zod';
import { DELAYS_MS, shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, milliseconds } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Frames with changes and broadcasts for one tab are late, in their order. */
export const streamDelay = defineFault({
  kind: 'stream-delay',
  summary: 'pushed values are late',
  fields: lasting('stream-delay', { session: z.string(), delay_ms: milliseconds }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session, delay_ms: delayMs }, { streams }) {
    const stop = streams.interceptFrames(session, (send, later) => later(delayMs, send));
    return { end: async () => stop() };
  },
  describe: ({ session, delay_ms: delayMs }) => `the stream of ${session} is ${delayMs} ms late`,
  shrink: (fault) => shorter(fault, 'delay_ms', DELAYS_MS),
  draw: {
    'stream-delay': lastingOnStream((fields) => ({ kind: 'stream-delay' as const, ...fields, delay_ms: 1_000 })),
  },
});
