import type { PlanBody, PlanOptions, Scenario } from '../harness/index.ts';

export const scenario: Scenario = {
  name: 'concurrent-generations',
  summary: 'three generations at once, five tabs, reads spread over the primary and a late replica',
  tags: ['reads'],
  mechanism:
    'No single root cause: several stories are generated at once, one or two tabs watch each of them, and reads rotate over the primary and a replica that is late.',
  evidence: ['the reversion of 85% to 10% was reported under concurrent generations'],
  injects:
    'Three generations on one instance of the application, five tabs on another; every commit reaches the replica `lag_ms` late.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'As for `lagging-replica`.',
  parameters: {
    lag_ms: { description: 'how late every commit becomes visible on the replica', default: 200, min: 0, max: 60_000 },
  },
  plan: (options) => ({
    ...benign(options),
    faults: [{ kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: options.parameters['lag_ms']! }],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
  }),
  // The same actors without lag; commits become visible late on the replica by up to 2 s, single reads are sent to another database, routing changes, and workers take longer.
  explore: {
    base: benign,
    range: { deviations: ['lag-timed', 'http-route', 'routing', 'stall'], lagMsMax: 2_000 },
  },
};

function benign({ draw }: PlanOptions): PlanBody {
  return {
    topology: { replicas: 1, routing: 'round-robin', instances: 2 },
    generations: [1, 2, 3].map((number) => ({
      worker: `worker-${number}`,
      story: `story-${number}`,
      instance: 1,
      start: { at_ms: draw(`worker-${number}`, 0, 60) },
      steps: [10, 25, 40, 55, 70, 85, 100].map((progress) => ({
        progress,
        after_ms: draw(`worker-${number}`, 120, 180),
      })),
    })),
    observers: [1, 2, 3, 1, 2].map((story, at) => ({
      session: `tab-${at + 1}`,
      story: `story-${story}`,
      instance: 2,
      every_ms: draw(`tab-${at + 1}`, 25, 60),
    })),
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
  };
}
