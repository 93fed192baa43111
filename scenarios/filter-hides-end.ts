import { aStory, aTab, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'filter-hides-end',
  summary: 'the filter of a subscription does not let the last change of a row pass',
  tags: ['stream'],
  mechanism:
    'Realtime judges the filter of a subscription by the new row alone. A page that subscribes to the rows that are being generated is not sent the update by which its row ends, nor any sign that the row has left the filter.',
  evidence: ['supabase/realtime, migration 20260626120000, measured: docs/REALTIME.md'],
  injects: 'Nothing: a tab subscribes, and the generation runs and ends.',
  breaks: ['convergence'],
  remedy: 'Filter by what does not change, the key of the row, and look at its status in the page.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 700, 900) }),
      ],
      observers: [tab.streams(story, { settle_ms: 5_000 })],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    }),
  explore: { range: { deviations: ['stall'] } },
});
