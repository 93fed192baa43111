import { z } from 'zod';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';
import { momentaryOnStream } from './stream-drawing.ts';

/** The socket of a tab is closed; its client connects again after a second, and joins again. */
export const streamClose = defineFault({
  kind: 'stream-close',
  summary: 'the socket of a tab is closed, and what is committed until it is back is never pushed',
  fields: momentary('stream-close', {
    session: z.string(),
    /** As in RFC 6455, which keeps 1004 free; 1006: the connection breaks. */
    code: z
      .union([z.int().min(1000).max(1003), z.int().min(1005).max(1015), z.int().min(3000).max(4999)])
      .default(1006),
  }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session, code }, { streams }) {
    streams.closeSocket(session, code);
    return { end: async () => undefined };
  },
  describe: ({ session, code }) => `the socket of ${session} is closed with ${code}`,
  // It may be closed again later.
  claims: ({ session, from }) => [`socket of ${session} at ${JSON.stringify(from)}`],
  draw: { 'stream-close': momentaryOnStream((fields) => ({ kind: 'stream-close' as const, ...fields, code: 1006 })) },
});
