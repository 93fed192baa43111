import { aReplica, aStory, aTab, committed, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const first = story.generation(1);
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'verify-then-rewrite',
  summary: 'a worker reads back its update from a lagging replica, takes it for lost, and repeats it over a newer one',
  tags: ['writes'],
  mechanism:
    'A service verifies each update by a read. The read is a GET, so a replica may answer it with the row before the update; the service then repeats the update, which by now overwrites that of another worker. An application that does not verify its updates passes this scenario.',
  evidence: ['an inference: the verification read of the remedy is a GET'],
  injects:
    'The replica holds at 10% of the first generation. Its update to 40% is read back from the replica; the second generation starts 50 ms after it, and writes 20% before the update is repeated.',
  breaks: ['monotonic-commits'],
  remedy: 'Verify by the row that the update itself returns, and make it conditional on the generation.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { outcome: 'abandoned' },
        ),
        story.runs(
          { progress: 20, afterMs: draw('worker-2', 10, 30) },
          { progress: 60, afterMs: draw('worker-2', 900, 1_000) },
          { progress: 100, afterMs: draw('worker-2', 100, 200) },
          { start: committed(first.at(40)).plus(50).within(8_000) },
        ),
      ],
      observers: [aTab('tab-1').polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [replica.holdsAt(first.at(10), { until: committed(first.at(40)).plus(800) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    }),
  // The replica lags in other ways, and workers stall.
  explore: {
    range: { deviations: ['lag-timed', 'stall'], lagMsMax: 2_000 },
  },
});
