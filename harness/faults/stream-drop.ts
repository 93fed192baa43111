import { z } from 'zod';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Frames with changes and broadcasts for one tab are lost, and its subscription stays as it is. */
export const streamDrop = defineFault({
  kind: 'stream-drop',
  summary: 'pushed values are lost on their way to a tab',
  fields: lasting('stream-drop', { session: z.string() }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session }, { streams }) {
    const stop = streams.interceptFrames(session, () => undefined);
    return { end: async () => stop() };
  },
  describe: ({ session }) => `the stream of ${session} loses what is pushed`,
  draw: { 'stream-drop': lastingOnStream((fields) => ({ kind: 'stream-drop' as const, ...fields })) },
});
