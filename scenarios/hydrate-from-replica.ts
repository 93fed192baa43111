import { aReplica, aStory, aTab, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'hydrate-from-replica',
  summary: 'a change makes the page read the row again, and a replica that lags answers with the row before it',
  tags: ['stream', 'reads'],
  mechanism:
    'Realtime reads the log of the primary. A page that takes an event as a sign to read the row is answered by a replica, which does not have the change yet: each read trails one change behind, and after the last one there is no further sign.',
  evidence: ['triggerdotdev/trigger.dev#3910', 'brendanlong/lion-reader#1377'],
  injects:
    'Every commit becomes visible on the replica `lag_ms` late, until the generation has ended and `lag_ms` have passed.',
  breaks: ['convergence'],
  remedy:
    'Show the row that the event carries, or wait for its version: an older answer is read again, from the primary.',
  parameters: {
    lag_ms: {
      description: 'how late a commit becomes visible on the replica',
      default: 1_500,
      min: 1_000,
      max: 10_000,
    },
  },
  plan: ({ parameters, draw }) =>
    plan({
      replicas: 1,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 700, 900) }),
      ],
      observers: [tab.streams(story, { channel: 'stream-then-refetch', settle_ms: 5_000 })],
      faults: [replica.lags({ delayMs: parameters['lag_ms']! })],
      watchOnMs: parameters['lag_ms']!,
      // A page that shows the rows of the events asks no replica.
      allows: ['fault-without-effect'],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    }),
  explore: { range: { deviations: ['lag-exact', 'lag-timed'], lagMsMax: 2_000 } },
});
