import { aStory, aTab, after, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'token-expired',
  summary: 'the access token of a tab expires, and the server closes its channel for good',
  tags: ['stream'],
  mechanism:
    'When the token of a channel has expired, the server sends a `system` error and closes the channel. supabase-js reports CLOSED and does not join again, since a client that leaves is told the same.',
  evidence: ['supabase/supabase#16684', 'supabase/supabase-js#2613'],
  injects: 'The token of the tab expires when it has been pushed 40%; the generation goes on.',
  breaks: ['convergence'],
  remedy: 'On CLOSED, unless the page left the channel itself, subscribe with a new channel, and read.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 700, 900) }),
      ],
      observers: [tab.streams(story, { settle_ms: 5_000 })],
      faults: [
        fault('stream-token-expired', { session: tab, from: after({ f: 'receive', session: 'tab-1', progress: 40 }) }),
      ],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    }),
  explore: { range: { deviations: ['stream-token-expired', 'stream-close'] } },
});
