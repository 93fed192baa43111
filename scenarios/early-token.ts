import { aReplica, aStory, aTab, after, defineScenario, ended, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'early-token',
  summary: 'a token is taken before the update that it stands for, and a replica without that update satisfies it',
  tags: ['reads'],
  mechanism:
    'A reader waits until a replica has reached a token. If the token was taken before the update was committed, as `pg_current_wal_lsn()` in its transaction is, a replica that lacks the update has reached it.',
  evidence: ['the caveats of `WAIT FOR LSN` in PostgreSQL 19'],
  injects:
    'The replica holds at 40%, one update behind, and is out of rotation until the tab has seen 85%. Then the polls of the tab go to the replica, until it has answered one.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'Take the token after the commit, or use a version that is in the row.',
  parameters: {},
  plan: ({ draw }) => {
    const away = replica.leavesRotation({ until: tab.sees(85) });
    const caughtUp = after(ended(away), tab.asks(), tab.answers()).plus(200);
    const lag = replica.holdsAt(story.at(40), { until: caughtUp });
    return plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: 100, when: ended(lag).plus(100) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [away, lag],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['http-route', 'lag-timed'] },
  },
});
