import type { Scenario } from '../harness/index.ts';

/**
 * Root cause `unequal-replicas`: each replica by itself never goes back, but polls alternate between replicas of
 * different lag.
 *
 * Evidence: gitlab-org/gitlab#413203, where a session left the primary as soon as *one* replica had caught up;
 * Supabase's load balancer rotated over replicas until April 2025.
 * Plan: one of two replicas stops at 10%. The last step is written once both have answered after the tab saw 85%.
 * Range: both replicas keep up; each may lag, stop or leave the rotation.
 */
export const scenario: Scenario = {
  name: 'unequal-replicas',
  summary: 'polls alternate between two replicas, one of which has stopped at 10%',
  parameters: {},
  plan: ({ draw }) => {
    const asked = { f: 'read', type: 'invoke', session: 'tab-1' } as const;
    const answered = { f: 'read', type: 'ok', session: 'tab-1' } as const;
    return {
      topology: { replicas: 2, routing: 'get-to-replica' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [
            { progress: 10, after_ms: draw('worker-1', 80, 120) },
            { progress: 40, after_ms: draw('worker-1', 120, 180) },
            { progress: 85, after_ms: draw('worker-1', 120, 180) },
            {
              progress: 100,
              after_ms: 100,
              when: { after: [{ f: 'show', progress: 85 }, asked, answered, asked, answered], plus_ms: 100 },
            },
          ],
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 30, 50) }],
      faults: [{ kind: 'lag', mode: 'exact', replica: 'replica-2', hold_at: { key: 'story-1', progress: 10 } }],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    };
  },
  explore: {
    base: ({ draw }) => ({
      topology: { replicas: 2, routing: 'get-to-replica' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [10, 40, 85, 100].map((progress) => ({ progress, after_ms: draw('worker-1', 120, 180) })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 30, 50) }],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
    }),
    range: { deviations: ['lag-exact', 'lag-timed', 'out-of-rotation'] },
  },
};
