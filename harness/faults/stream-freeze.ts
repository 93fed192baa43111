import { z } from 'zod';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Nothing passes the socket of a tab, which stays open: a sleeping device, or a network that swallows packets. */
export const streamFreeze = defineFault({
  kind: 'stream-freeze',
  summary: 'nothing passes the socket of a tab, which stays open',
  fields: lasting('stream-freeze', { session: z.string() }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session }, { streams }) {
    const thaw = streams.freeze(session);
    return { end: async () => thaw() };
  },
  describe: ({ session }) => `the stream of ${session} is frozen`,
  draw: { 'stream-freeze': lastingOnStream((fields) => ({ kind: 'stream-freeze' as const, ...fields })) },
});
