import type { Scenario } from '../harness/index.ts';

export const scenario: Scenario = {
  name: 'ambiguous-write',
  summary: 'the response to an applied update is lost, and its retry is applied after a newer write',
  tags: ['writes'],
  mechanism:
    'An update is applied, its response is lost, and the retry is applied after a newer write. An application that does not retry passes this scenario, but loses updates when requests fail.',
  evidence: ['supabase/supabase#6813', 'supabase/auth#1544'],
  injects:
    'The response to the update to 60% is lost. The second generation starts as soon as that update is committed and takes longer than the first retry waits.',
  breaks: ['monotonic-commits'],
  remedy: 'A conditional update, which changes nothing when it is repeated too late.',
  parameters: {},
  plan: ({ draw }) => ({
    topology: { replicas: 0 },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          { progress: 10, after_ms: draw('worker-1', 40, 80) },
          { progress: 60, after_ms: draw('worker-1', 80, 120) },
        ],
        outcome: 'abandoned',
      },
      {
        worker: 'worker-2',
        story: 'story-1',
        start: { after: { f: 'commit', generation: 1, progress: 60 } },
        steps: [
          { progress: 10, after_ms: 10 },
          { progress: 85, after_ms: draw('worker-2', 650, 700) },
          { progress: 100, after_ms: draw('worker-2', 60, 100) },
        ],
      },
    ],
    observers: [
      { session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 25, 35) },
      // A page that sends no expectation, as on another device.
      { session: 'tab-2', story: 'story-1', every_ms: draw('tab-2', 25, 35), expects: 'none' },
    ],
    faults: [{ kind: 'http-lose-response', match: { actor: 'worker-1', method: 'PATCH', nth: 2 } }],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
  }),
  // No response is lost; requests are dropped or answered with an error, or lose their response.
  explore: {
    base: ({ draw }) => ({
      topology: { replicas: 0 },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [10, 60].map((progress) => ({ progress, after_ms: draw('worker-1', 60, 100) })),
          outcome: 'abandoned',
        },
        {
          worker: 'worker-2',
          story: 'story-1',
          start: { after: { f: 'commit', generation: 1, progress: 60 }, within_ms: 5_000 },
          steps: [10, 85, 100].map((progress) => ({ progress, after_ms: draw('worker-2', 200, 400) })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 25, 35) }],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
    }),
    range: { deviations: ['http-lose-response', 'http-drop', 'http-error'] },
  },
};
