import { aStory, aTab, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'early-join',
  summary: 'a page subscribes before its access token is set, and policies hide every change from it',
  tags: ['stream'],
  mechanism:
    'A page that subscribes in the task that creates the client joins without an access token, and supabase-js sends none later: the channel has the role of the API key. Row-level security hides the changes from it, and its status is SUBSCRIBED.',
  evidence: ['supabase/supabase-js#2655', 'supabase/supabase-js#1304'],
  injects: 'Nothing: a tab subscribes, and the generation runs and ends.',
  breaks: ['convergence'],
  remedy: 'Subscribe when `supabase.realtime.setAuth()` has resolved.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 700, 900) }),
      ],
      observers: [tab.streams(story, { settle_ms: 5_000 })],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    }),
  explore: { range: { deviations: ['stall'] } },
});
