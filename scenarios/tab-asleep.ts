import { aStory, aTab, after, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'tab-asleep',
  summary: 'nothing passes the socket of a tab until its client gives it up, and the generation ends meanwhile',
  tags: ['stream'],
  mechanism:
    'A device that sleeps, or a network that swallows packets, leaves a socket open. supabase-js gives it up after two heartbeats without an answer, connects again and joins again; what was pushed to the old socket is lost.',
  evidence: ['supabase/realtime-js#121', 'supabase/realtime#1010'],
  injects:
    'The socket of the tab is frozen when it has been pushed 40%, for three heartbeats and longer than the generation lasts.',
  breaks: ['convergence'],
  remedy: 'Read on every SUBSCRIBED, and when the page becomes visible.',
  parameters: {
    heartbeat_ms: {
      description: "between two heartbeats; supabase-js's own is 25000",
      default: 1_000,
      min: 500,
      max: 25_000,
    },
  },
  plan: ({ parameters, draw }) => {
    const heartbeatMs = parameters['heartbeat_ms']!;
    return plan({
      replicas: 0,
      generations: [
        story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 700, 900) }),
      ],
      observers: [tab.streams(story, { heartbeat_ms: heartbeatMs, settle_ms: 8_000 + heartbeatMs })],
      faults: [
        fault('stream-freeze', {
          session: tab,
          from: after({ f: 'receive', session: 'tab-1', progress: 40 }),
          until: committed(story.at(100)).plus(heartbeatMs * 3),
        }),
      ],
      watchOnMs: heartbeatMs * 3 + 100,
      properties: ['monotonic-view', 'integrity', 'convergence'],
    });
  },
  explore: { range: { deviations: ['stream-freeze', 'stream-close'] } },
});
