import { z } from 'zod';
import fc from 'fast-check';
import { itemAt } from '../required.ts';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';

/** A user goes to the page of another story in the same tab: the state of the page is lost, the session stays the same. */
export const tabNavigate = defineFault({
  kind: 'tab-navigate',
  summary: 'a tab goes to the page of another story',
  fields: momentary('tab-navigate', { session: z.string(), story: z.string() }),
  needs: () => undefined,
  async inflict({ session, story }, targets) {
    targets.tab(session).navigateTo(story);
    return { end: async () => undefined };
  },
  describe: ({ session, story }) => `${session} goes to ${story}`,
  // A tab may go on, or back, later.
  claims: ({ session, from }) => [`story of ${session} at ${JSON.stringify(from)}`],
  draw: {
    'tab-navigate': {
      on: 'tab',
      at: 'commit',
      // A scenario is about one story.
      notInScenarios: true,
      draw: () =>
        fc.nat({ max: 3 }).map((number) => ({ session, stories, moment }) => ({
          kind: 'tab-navigate' as const,
          session,
          story: itemAt(stories, number % stories.length),
          from: moment,
        })),
    },
  },
});
