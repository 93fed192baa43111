import type { Moment, PlanBody, PlanOptions, Scenario } from '../harness/index.ts';

/**
 * Root cause `lagging-replica`: a read that was served by the primary is followed by one that is served by a replica
 * which lags behind it.
 *
 * Evidence: Supabase's load balancer sends a GET to a replica and everything else to the primary (its documentation of
 * read replicas); supabase/supabase#34168 reports the symptom.
 * Plan: the replica has replayed no more than the first 10%, and is out of rotation until the tab has seen 85%. Then the
 * tab's polls go to the replica, until one of them was answered, or for `lag_ms`.
 * Range: nothing is wrong; replicas lag, leave the rotation, or single reads are sent to another database.
 */
export const scenario: Scenario = {
  name: 'lagging-replica',
  summary: 'polls move from the primary to a replica that lags behind it',
  parameters: {
    lag_ms: {
      description:
        'how long the replica stays behind after the tab has seen 85% (default: until a stale poll was answered)',
      default: undefined,
      min: 0,
      max: 60_000,
    },
  },
  plan: ({ parameters, draw }) => {
    const backInRotation = { f: 'fault', fault: 'out-of-rotation', phase: 'end' } as const;
    const asked = { f: 'read', type: 'invoke', session: 'tab-1' } as const;
    const answered = { f: 'read', type: 'ok', session: 'tab-1' } as const;
    const caughtUp: Moment =
      parameters['lag_ms'] === undefined
        ? { after: [backInRotation, asked, answered], plus_ms: 200 }
        : { after: { f: 'show', progress: 85 }, plus_ms: parameters['lag_ms'] };
    return {
      topology: { replicas: 1, routing: 'get-to-replica' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [
            { progress: 10, after_ms: draw('worker-1', 80, 120) },
            { progress: 40, after_ms: draw('worker-1', 120, 180) },
            { progress: 85, after_ms: draw('worker-1', 120, 180) },
            { progress: 100, after_ms: 100, when: { after: { f: 'fault', fault: 'lag', phase: 'end' }, plus_ms: 100 } },
          ],
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 40, 60) }],
      faults: [
        {
          kind: 'out-of-rotation',
          replica: 'replica-1',
          until: { after: { f: 'show', session: 'tab-1', progress: 85 } },
        },
        {
          kind: 'lag',
          mode: 'exact',
          replica: 'replica-1',
          hold_at: { key: 'story-1', progress: 10 },
          until: caughtUp,
        },
      ],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    };
  },
  explore: {
    base: benign,
    range: { deviations: ['http-route', 'lag-exact', 'lag-timed', 'out-of-rotation', 'routing'] },
  },
};

/** The replica is read and keeps up. The last step takes longer than the retries of a request do. */
export function benign({ draw }: PlanOptions): PlanBody {
  return {
    topology: { replicas: 1, routing: 'get-to-replica' },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          ...[10, 40, 85].map((progress) => ({ progress, after_ms: draw('worker-1', 300, 400) })),
          { progress: 100, after_ms: 4_000 },
        ],
      },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 150, 250) }],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
  };
}
