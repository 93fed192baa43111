import { aReplica, aStory, aTab, committed, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'sticky-window',
  summary: 'reads go to the primary for a fixed time after a write, and the lag lasts longer',
  tags: ['reads'],
  mechanism:
    'A load balancer, or the application, reads from the primary for some seconds after each write and trusts that replicas have caught up by then. A lag that outlasts the window is seen as soon as it closes.',
  evidence: ['windows of 10 s and 30 s in public code bases'],
  injects:
    'Reads are sticky for `sticky_ms` after a write. The replica holds at 10% until `lag_ms` after 85% was committed, which is longer.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'A version token, and never a timer: the reader says what it has seen.',
  parameters: {
    sticky_ms: { description: 'how long reads go to the primary after a write', default: 400, min: 1, max: 30_000 },
    lag_ms: { description: 'how long the replica stays behind after 85%', default: 4_500, min: 1, max: 60_000 },
  },
  plan: ({ parameters, draw }) => {
    const lagMs = parameters['lag_ms']!;
    return plan({
      replicas: 1,
      routing: 'sticky',
      stickyMs: parameters['sticky_ms']!,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          {
            progress: 100,
            afterMs: 100,
            when: committed(story.at(85))
              .plus(lagMs + 500)
              .within(lagMs + 8_000),
          },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [replica.holdsAt(story.at(10), { until: committed(story.at(85)).plus(lagMs) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['lag-exact', 'lag-timed', 'http-route'] },
  },
});
