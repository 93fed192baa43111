import { z } from 'zod';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Every frame with a change or a broadcast for one tab arrives twice: the second time with the next one, or at the end. */
export const streamDuplicate = defineFault({
  kind: 'stream-duplicate',
  summary: 'pushed values arrive twice, the second time after the next one',
  fields: lasting('stream-duplicate', { session: z.string() }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session }, { streams }) {
    let again: () => void = () => undefined;
    const stop = streams.interceptFrames(session, (send) => {
      send();
      again();
      again = send;
    });
    return {
      async end() {
        stop();
        again();
      },
    };
  },
  describe: ({ session }) => `the stream of ${session} repeats what is pushed`,
  draw: { 'stream-duplicate': lastingOnStream((fields) => ({ kind: 'stream-duplicate' as const, ...fields })) },
});
