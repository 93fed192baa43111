import { aReplica, aStory, aTab, after, defineScenario, ended, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'lagging-replica',
  summary: 'polls move from the primary to a replica that lags behind it',
  tags: ['reads'],
  mechanism:
    'A load balancer sends a GET to a replica and everything else to the primary. Once one poll was answered with a newer commit, a replica that lags answers the next poll with an older one.',
  evidence: [
    "Supabase's documentation of read replicas: its load balancer sends a GET to the nearest database",
    'supabase/supabase#34168 reports the symptom',
  ],
  injects:
    'The replica holds at 10%, and is out of rotation until the tab has seen 85%. Then the polls of the tab go to the replica, which catches up after it has answered one of them, or after `lag_ms`.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy:
    'The page sends the newest version that it has seen, and the route reads from the primary if the nearest database is older: a read that is not a GET, such as a function, goes to the primary.',
  parameters: {
    lag_ms: {
      description:
        'how long the replica stays behind after the tab has seen 85% (default: until it has answered a poll)',
      default: undefined,
      min: 0,
      max: 60_000,
    },
  },
  plan: ({ parameters: { lag_ms: lagMs }, draw }) => {
    const away = replica.leavesRotation({ until: tab.sees(85) });
    const caughtUp =
      lagMs === undefined
        ? after(ended(away), tab.asks(), tab.answers()).plus(200)
        : after({ f: 'show', progress: 85 }).plus(lagMs);
    const lag = replica.holdsAt(story.at(10), { until: caughtUp });
    return plan({
      replicas: 1,
      routing: 'get-to-replica',
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
  // A plan without faults; replicas lag, leave the rotation, or single reads are sent to another database.
  explore: {
    base: benign,
    range: { deviations: ['http-route', 'lag-exact', 'lag-timed', 'out-of-rotation', 'routing'] },
  },
});

/** The replica serves reads and keeps up. The last step takes longer than all retries of a request. */
export function benign({ draw }: PlanOptions): PlanBody {
  return plan({
    replicas: 1,
    routing: 'get-to-replica',
    generations: [
      story.runs(10, 40, 85, { progress: 100, afterMs: 4_000 }, { everyMs: () => draw('worker-1', 300, 400) }),
    ],
    observers: [tab.polls(story, { everyMs: draw('tab-1', 150, 250) })],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity'],
  });
}
