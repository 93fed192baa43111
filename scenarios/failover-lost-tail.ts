import type { PlanBody, PlanOptions, Scenario } from '../harness/index.ts';

export const scenario: Scenario = {
  name: 'failover-lost-tail',
  summary: 'the primary fails, and the promoted replica lacks a commit that the tab has seen',
  tags: ['failover'],
  mechanism:
    'The primary fails, and the promoted replica has not received the last commit, which the user has seen. An application cannot prevent the loss of commits, so `monotonic-commits` is not judged; it can avoid showing the older progress.',
  evidence: ['replication is asynchronous by default, so a replica may lack acknowledged commits'],
  injects:
    'The replica stops at 40%. The primary fails once the tab has seen 85%, and the replica is promoted. The last step is written 8 s after the new primary has 40%.',
  breaks: ['monotonic-view'],
  remedy: 'Synchronous commit, so that nothing is lost; for what is shown, a high-water mark in the page.',
  parameters: {},
  plan: ({ draw }) => {
    const died = { f: 'fault', fault: 'promotion', phase: 'begin' } as const;
    const restored = { f: 'commit', key: 'story-1', progress: 40 } as const;
    return {
      topology: { replicas: 1, routing: 'primary-only' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [
            { progress: 10, after_ms: draw('worker-1', 80, 120) },
            { progress: 40, after_ms: draw('worker-1', 120, 180) },
            { progress: 85, after_ms: draw('worker-1', 120, 180) },
            // After all retries of a request, so that an application which shows less has shown it by then.
            { progress: 100, after_ms: 100, when: { after: [died, restored], plus_ms: 8_000 } },
          ],
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 40, 60) }],
      faults: [
        { kind: 'lag', mode: 'exact', replica: 'replica-1', hold_at: { key: 'story-1', progress: 40 } },
        {
          kind: 'promotion',
          replica: 'replica-1',
          down_ms: draw('promotion', 200, 400),
          from: { after: { f: 'show', session: 'tab-1', progress: 85 } },
        },
      ],
      properties: ['monotonic-view', 'monotonic-reads', 'integrity', 'convergence'],
    };
  },
  // The replica keeps up and the primary does not fail; a replica lags or stops, and is promoted.
  explore: {
    base: benign,
    range: { deviations: ['promotion', 'lag-exact', 'lag-timed'] },
  },
};

/** The replica keeps up, and the primary does not fail. The last step takes longer than all retries of a request. */
function benign({ draw }: PlanOptions): PlanBody {
  return {
    topology: { replicas: 1, routing: 'primary-only' },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          ...[10, 40, 85].map((progress) => ({ progress, after_ms: draw('worker-1', 300, 400) })),
          { progress: 100, after_ms: 8_000 },
        ],
      },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 150, 250) }],
    properties: ['monotonic-view', 'monotonic-reads', 'integrity'],
  };
}
