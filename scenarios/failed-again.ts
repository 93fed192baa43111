import { aReplica, aStory, aTab, at, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const other = aStory('story-2');

export const scenario = defineScenario({
  name: 'failed-again',
  summary: 'a generation fails without more progress, and a lagging replica shows it as running again',
  tags: ['reads'],
  mechanism:
    'Versions are compared by their progress alone. A generation that fails at 85% has the same progress before and after its end, so that a stale row is not recognised: the page shows failed, then generating, then failed.',
  evidence: ['found in this repository, in a subject whose version had no status'],
  injects:
    'Polls alternate between the primary and a replica that holds at 85% of the first story, which fails at 85%. A second story keeps the run going until the replica catches up, 2 s after the start.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'The end of a generation is part of its version, and comes before the progress.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 1,
      routing: 'round-robin',
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 200, 300) },
          { outcome: 'failed' },
        ),
        other.runs({ progress: 100, afterMs: draw('worker-2', 2_300, 2_500) }),
      ],
      observers: [
        aTab('tab-1').polls(story, { everyMs: draw('tab-1', 40, 60) }),
        aTab('tab-2').polls(other, { everyMs: draw('tab-2', 150, 200) }),
      ],
      faults: [aReplica(1).holdsAt(story.at(85), { until: at(2_000) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    }),
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['lag-timed', 'http-route', 'stall'], lagMsMax: 2_000 },
  },
});
