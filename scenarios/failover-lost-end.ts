import { aReplica, aStory, aTab, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const other = aStory('story-2');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'failover-lost-end',
  summary: 'the primary fails after a generation has ended, and the promoted replica lacks its end',
  tags: ['failover'],
  mechanism:
    'A worker was told that its last update is committed, and has ended. The primary fails, and the promoted replica has not received that update: the row says 40%, and no worker continues it. An application that shows only what is newer than before shows the end for ever, or answers with an error.',
  evidence: ['replication is asynchronous by default, so a replica may lack acknowledged commits'],
  injects:
    'The replica stops at 40% of the first story. The primary fails once the tab has seen 100%, and the replica is promoted. A second story keeps the run going until the tab has polled the new primary for a second.',
  breaks: ['completion', 'monotonic-view', 'availability'],
  remedy:
    'Synchronous commit for the end of a generation, or a new epoch after a promotion, in which generations without an end begin again under a new number. No reader and no writer of an application can restore the commit.',
  parameters: {},
  plan: ({ draw }) => {
    const promotion = fault('promotion', { replica, down_ms: draw('promotion', 200, 400), from: tab.sees(100) });
    return plan({
      replicas: 1,
      routing: 'primary-only',
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: draw('worker-1', 120, 180) },
        ),
        other.runs({ progress: 100, afterMs: draw('worker-2', 3_000, 3_200) }),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [replica.holdsAt(story.at(40)), promotion],
      properties: ['monotonic-view', 'integrity', 'completion', 'availability'],
      finalLookAnswered: true,
    });
  },
  // The replica keeps up or lags, and is promoted.
  explore: {
    range: { deviations: ['lag-timed'] },
  },
});
