import { aReplica, aStory, aTab, after, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'unequal-replicas',
  summary: 'polls alternate between two replicas, one of which holds at 10%',
  tags: ['reads'],
  mechanism: 'No single replica goes back, but polls alternate between replicas with different lag.',
  evidence: [
    'gitlab-org/gitlab#413203: a session left the primary as soon as one replica had caught up',
    "Supabase's load balancer rotated over replicas until April 2025",
  ],
  injects: 'One of two replicas holds at 10%. The last step is written after both have answered since the tab saw 85%.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy:
    'The version token on every read, with the primary for what is older; a retry may reach the other replica, or the same one again.',
  parameters: {},
  plan: ({ draw }) => {
    const bothAnswered = after({ f: 'show', progress: 85 }, tab.asks(), tab.answers(), tab.asks(), tab.answers());
    return plan({
      replicas: 2,
      routing: 'get-to-replica',
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: 100, when: bothAnswered.plus(100) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 30, 50) })],
      faults: [aReplica(2).holdsAt(story.at(10))],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Both replicas keep up; each may lag, hold or leave the rotation.
  explore: {
    base: ({ draw }) =>
      plan({
        replicas: 2,
        routing: 'get-to-replica',
        generations: [story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 120, 180) })],
        observers: [tab.polls(story, { everyMs: draw('tab-1', 30, 50) })],
        properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
      }),
    range: { deviations: ['lag-exact', 'lag-timed', 'out-of-rotation'] },
  },
});
