import { z } from 'zod';
import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';

/** A page reloads: its state and the responses in flight are lost. */
export const tabReload = defineFault({
  kind: 'tab-reload',
  summary: 'a page reloads, and its state is lost',
  fields: momentary('tab-reload', { session: z.string() }),
  needs: () => undefined,
  async inflict({ session }, targets) {
    targets.tab(session).reload();
    return { end: async () => undefined };
  },
  describe: ({ session }) => `${session} is reloaded`,
  draw: {
    'tab-reload': {
      on: 'tab',
      at: 'commit',
      weight: 3,
      draw: () =>
        fc.constant(({ session, moment }) => ({
          kind: 'tab-reload' as const,
          session,
          from: moment,
        })),
    },
  },
});
