import { aReplica, aStory, aTab, after, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'stream-ahead-of-poll',
  summary: 'a page polls a replica that lags, and is pushed newer values from the primary',
  tags: ['reads', 'stream'],
  mechanism:
    'Realtime reads the log of the primary, and cannot use replicas; polls are answered by a replica. Once the stream has brought a newer value, the answer to the next poll is older.',
  evidence: ["Supabase's documentation of read replicas: Realtime follows the primary"],
  injects:
    'The tab subscribes and polls. The replica holds at 10% until the tab has been pushed 85% and polled `polls` times since.',
  breaks: ['monotonic-view'],
  remedy:
    'One reducer for both channels, which ignores a value that is older than the one it shows, by (generation, progress).',
  parameters: {
    polls: { description: 'how often the tab polls after it was pushed 85%', default: 2, min: 1, max: 20 },
  },
  plan: ({ parameters, draw }) => {
    const polled = Array.from({ length: parameters['polls']! }, () => [
      { f: 'read', type: 'invoke', session: 'tab-1' } as const,
      { f: 'read', type: 'ok', session: 'tab-1' } as const,
    ]).flat();
    const caughtUp = after({ f: 'receive', session: 'tab-1', progress: 85 }, ...polled);
    return plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 600, 700) },
          { progress: 85, afterMs: draw('worker-1', 300, 400) },
          { progress: 100, afterMs: 100, when: caughtUp.plus(100) },
        ),
      ],
      observers: [tab.streams(story, { channel: 'poll+stream', everyMs: draw('tab-1', 150, 200) })],
      faults: [replica.holdsAt(story.at(10), { until: caughtUp })],
      properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // The replica lags in other ways, and the stream is late or loses frames.
  explore: {
    range: { deviations: ['lag-exact', 'lag-timed', 'http-route'], lagMsMax: 2_000 },
  },
});
