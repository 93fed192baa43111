import { z } from 'zod';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** The joins of a tab are answered with an error, after the 5 s that the server takes for one. */
export const streamRefuseJoins = defineFault({
  kind: 'stream-refuse-joins',
  summary: 'the joins of a tab are refused',
  fields: lasting('stream-refuse-joins', { session: z.string() }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session }, { streams }) {
    const stop = streams.refuseJoins(session);
    return { end: async () => stop() };
  },
  describe: ({ session }) => `the joins of ${session} are refused`,
  draw: { 'stream-refuse-joins': lastingOnStream((fields) => ({ kind: 'stream-refuse-joins' as const, ...fields })) },
});
