import { z } from 'zod';
import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { instance, momentary } from './fields.ts';

/** The load balancer in front of the application sends a tab to another instance; the page keeps its state. */
export const tabMove = defineFault({
  kind: 'tab-move',
  summary: 'a tab moves to another instance of the application',
  fields: momentary('tab-move', { session: z.string(), instance }),
  needs: () => undefined,
  async inflict({ session, instance: number }, targets) {
    targets.tab(session).moveTo(number);
    return { end: async () => undefined };
  },
  describe: ({ session, instance: number }) => `${session} moves to instance ${number}`,
  // A tab may move again later.
  claims: ({ session, from }) => [`instance of ${session} at ${JSON.stringify(from)}`],
  draw: {
    'tab-move': {
      on: 'tab',
      at: 'commit',
      weight: 2,
      draw: () =>
        fc.constant(({ session, instance: number, moment }) => ({
          kind: 'tab-move' as const,
          session,
          instance: number,
          from: moment,
        })),
    },
  },
});
