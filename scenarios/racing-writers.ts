import type { Scenario } from '../harness/index.ts';

export const scenario: Scenario = {
  name: 'racing-writers',
  summary: 'an older generation continues to write after a newer one has started',
  tags: ['writes'],
  mechanism:
    'A worker that was declared dead continues to write beside the worker that replaced it. Both update the row unconditionally.',
  evidence: ['openlinker-project/openlinker#1916', 'OptimalBits/bull#850 and #879, for the worker declared dead'],
  injects:
    'The second generation starts at 40% of the first, whose worker writes 85% after the second has written 10%.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy:
    'Fencing: an update applies only to its own generation, and only to less progress; or a trigger that ignores all others.',
  parameters: {},
  plan: ({ draw }) => ({
    topology: { replicas: 0 },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          { progress: 10, after_ms: draw('worker-1', 40, 80) },
          { progress: 40, after_ms: draw('worker-1', 80, 120) },
          { progress: 85, after_ms: 0, when: { after: { f: 'commit', generation: 2, progress: 10 }, plus_ms: 150 } },
        ],
        outcome: 'abandoned',
      },
      {
        worker: 'worker-2',
        story: 'story-1',
        start: { after: { f: 'show', generation: 1, progress: 40 } },
        steps: [
          { progress: 10, after_ms: draw('worker-2', 20, 60) },
          { progress: 60, after_ms: draw('worker-2', 350, 400) },
          { progress: 100, after_ms: draw('worker-2', 60, 100) },
        ],
      },
    ],
    observers: [
      { session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 25, 35) },
      // A page that sends no expectation, as on another device.
      { session: 'tab-2', story: 'story-1', every_ms: draw('tab-2', 25, 35), expects: 'none' },
    ],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
  }),
  // The first generation ends before the second starts; workers stall, requests are late, the story is generated again, and another tab watches.
  explore: {
    // The first generation ends long before the second starts.
    base: ({ draw }) => ({
      topology: { replicas: 0 },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [10, 40, 85].map((progress) => ({ progress, after_ms: draw('worker-1', 60, 100) })),
          outcome: 'abandoned',
        },
        {
          worker: 'worker-2',
          story: 'story-1',
          start: { at_ms: 700 },
          steps: [10, 60, 100].map((progress) => ({ progress, after_ms: draw('worker-2', 150, 250) })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 25, 35) }],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
    }),
    range: { deviations: ['stall', 'rerun', 'http-delay', 'tab'], lagMsMax: 2_000, delayMsMax: 2_000 },
  },
};
