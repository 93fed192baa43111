import fc from 'fast-check';
import { z } from 'zod';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';

const HOW = {
  join: 'asks anew, or joins its fetch under way',
  'cancel-and-refetch': 'cancels its fetch, and asks anew',
  cancel: 'cancels its fetch',
} as const;

/** A page with a client library asks for the progress anew, as after a click or a change, or cancels its fetch. */
export const tabRefetch = defineFault({
  kind: 'tab-refetch',
  summary: 'a page with a client library asks anew, or cancels its fetch',
  fields: momentary('tab-refetch', {
    session: z.string(),
    how: z.enum(['join', 'cancel-and-refetch', 'cancel']).default('join'),
  }),
  needs: () => undefined,
  async inflict({ session, how }, targets) {
    const tab = targets.tab(session);
    if (how === 'cancel') tab.cancelFetch();
    else tab.refetch(how);
    return { end: async () => undefined };
  },
  describe: ({ session, how }) => `${session} ${HOW[how]}`,
  draw: {
    'tab-refetch': {
      on: 'tab',
      at: 'commit',
      onlyIfNamed: true,
      draw: () =>
        fc
          .constantFrom('join' as const, 'cancel-and-refetch' as const, 'cancel' as const)
          .map((how) => ({ session, moment }) => ({ kind: 'tab-refetch' as const, session, how, from: moment })),
    },
  },
  claims: ({ session, from }) => [`refetch of ${session} at ${JSON.stringify(from)}`],
});
