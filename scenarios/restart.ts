import type { Scenario } from '../harness/index.ts';

export const scenario: Scenario = {
  name: 'restart',
  summary: 'a story is generated again from 10%, and the tab must show it in time',
  tags: ['values'],
  mechanism:
    'A generation is abandoned at 85%, and the story is generated again from 10%. This is not a reversion, but an application that still expects 85% uses up its retries before it shows the new generation.',
  evidence: ['every product with a button to generate again'],
  injects:
    'The second generation starts 100 ms after the tab saw 85% and fails at 30%, which must be shown within 1.5 s.',
  breaks: ['convergence'],
  remedy: 'Order by (generation, progress): a new generation may start low, and an old one may not come back.',
  parameters: {},
  plan: ({ draw }) => ({
    topology: { replicas: 0 },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          { progress: 10, after_ms: draw('worker-1', 40, 80) },
          { progress: 85, after_ms: draw('worker-1', 80, 120) },
        ],
        outcome: 'abandoned',
      },
      {
        worker: 'worker-2',
        story: 'story-1',
        start: { after: { f: 'show', generation: 1, progress: 85 }, plus_ms: 100 },
        steps: [
          { progress: 10, after_ms: draw('worker-2', 40, 80) },
          { progress: 30, after_ms: draw('worker-2', 80, 120) },
        ],
        outcome: 'failed',
      },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 40, 60) }],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    bounds: { converge_within_ms: 1_500 },
  }),
  // The plan itself, which has no faults: workers stall, and a tab sends no expectation.
  explore: {
    range: { deviations: ['stall', 'forget'], lagMsMax: 1_000 },
  },
};
