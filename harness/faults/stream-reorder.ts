import { z } from 'zod';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Of each two frames with changes or broadcasts for one tab, the second arrives first. */
export const streamReorder = defineFault({
  kind: 'stream-reorder',
  summary: 'pushed values arrive in pairs, the later one first',
  fields: lasting('stream-reorder', { session: z.string() }),
  needs: () => 'stream',
  onStream: true,
  async inflict({ session }, { streams }) {
    let held: (() => void) | undefined;
    const release = (): void => {
      const send = held;
      held = undefined;
      send?.();
    };
    const stop = streams.interceptFrames(session, (send) => {
      if (held === undefined) {
        held = send;
        return;
      }
      send();
      release();
    });
    return {
      async end() {
        stop();
        release();
      },
    };
  },
  describe: ({ session }) => `the stream of ${session} swaps what is pushed`,
  draw: { 'stream-reorder': lastingOnStream((fields) => ({ kind: 'stream-reorder' as const, ...fields })) },
});
