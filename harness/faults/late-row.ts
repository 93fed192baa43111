import { z } from 'zod';
import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';

/** The row of a story is created during the run: before that, and on a replica that is late, it is missing. */
export const lateRow = defineFault({
  kind: 'late-row',
  summary: 'the row of a story is created during the run',
  fields: momentary('late-row', { story: z.string() }),
  needs: () => undefined,
  async inflict({ story }, targets) {
    await targets.createRow(story);
    return { end: async () => undefined };
  },
  describe: ({ story }) => `the row of ${story} is created`,
  claims: ({ story }) => [`row of ${story}`],
  draw: {
    'late-row': {
      on: 'story',
      at: 'start',
      // A generation of a scenario may begin at once, and would find no row.
      notInScenarios: true,
      draw: () =>
        fc.constantFrom(20, 0, 300, 1_000, 2_500).map((at) => ({ version }) => ({
          kind: 'late-row' as const,
          story: version.key,
          from: { at_ms: at },
        })),
    },
  },
});
