import { aReplica, aStory, aTab, after, committed, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'aggregate',
  summary: 'a progress is added up from several reads, which different databases answer',
  tags: ['reads'],
  mechanism:
    'The progress of a story is the sum over its parts, which a route reads one after the other. The load balancer sends each read to another database, so the sum mixes two moments, and is one that was never true.',
  evidence: ["the long fork in Jepsen's analysis of RDS for PostgreSQL, multi-AZ"],
  injects:
    'Reads alternate between the primary and a replica, which holds at 10% until 85% has been committed and two more polls were answered.',
  breaks: ['integrity', 'monotonic-view'],
  remedy: 'One row holds the progress, or one statement reads all parts.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 1,
      routing: 'round-robin',
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: draw('worker-1', 4_000, 4_200) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [
        replica.holdsAt(story.at(10), {
          until: after(committed(story.at(85)), tab.asks(), tab.answers(), tab.asks(), tab.answers()).plus(200),
        }),
      ],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    }),
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['http-route', 'lag-timed'] },
  },
});
