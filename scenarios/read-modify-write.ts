import { aReplica, aStory, aTab, committed, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'read-modify-write',
  summary: 'a worker reads its row from a lagging replica, merges a change into it, and writes all of it back',
  tags: ['writes'],
  mechanism:
    'A service reads a row, changes one field of the object, and writes the object back, with every field that it has read. A replica that lags answers the read, so the write takes the progress back. An application that writes only the columns that it changes passes this scenario.',
  evidence: [
    'the code in supabase/supabase#34168, which spreads a row',
    'the lost update in the catalogue of Hermitage',
  ],
  injects: 'The replica holds at 10% until 600 ms after 85% was committed. All reads go to the replica.',
  breaks: ['monotonic-commits'],
  remedy:
    'Write only the columns that change, by one statement; or update under the condition of the version that was read.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: 1_500 },
        ),
      ],
      observers: [aTab('tab-1').polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [replica.holdsAt(story.at(10), { until: committed(story.at(85)).plus(600) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence', 'completion'],
    }),
  // The replica lags in other ways.
  explore: {
    range: { deviations: ['lag-timed'], lagMsMax: 2_000 },
  },
});
