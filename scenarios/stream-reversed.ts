import { aStory, aTab, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'stream-reversed',
  summary: 'pushed values arrive in another order than they were committed in',
  tags: ['stream'],
  mechanism:
    'A stream that is replayed or comes from several senders has no order to rely on: the replay of broadcasts returns the messages of one transaction in reverse, and a message has no sequence number. The later value is replaced by the earlier one.',
  evidence: ['supabase/realtime#2201'],
  injects: 'Of each two values that are pushed to the tab, the second arrives first.',
  breaks: ['monotonic-view'],
  remedy: 'The row has a version, which the page compares; it shows nothing that is older than what it shows.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 250, 350) }),
      ],
      observers: [tab.streams(story)],
      faults: [fault('stream-reorder', { session: tab })],
      properties: ['monotonic-view', 'integrity'],
    }),
  explore: { range: { deviations: ['stream-reorder', 'stream-delay', 'stream-duplicate'] } },
});
