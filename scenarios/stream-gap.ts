import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'stream-gap',
  summary: 'the last change is committed after SUBSCRIBED, and before the subscription takes effect',
  tags: ['stream'],
  mechanism:
    'The server answers a join at once, and supabase-js reports SUBSCRIBED. The subscription takes effect later, which the message `system` says: what is committed in between is never pushed, and nothing repeats it.',
  evidence: ['supabase/supabase-js#1599', 'supabase/realtime#282', 'supabase/supabase-swift#1249'],
  injects:
    'The subscription of the tab takes effect `delay_ms` after its join was answered, and the generation ends before that.',
  breaks: ['convergence'],
  remedy:
    'Read once on every SUBSCRIBED and on every `system` ok, and merge what was read and what was pushed by version.',
  parameters: {
    delay_ms: { description: 'how late the subscription takes effect', default: 3_000, min: 1_000, max: 15_000 },
  },
  plan: ({ parameters, draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 200, 300) },
          { progress: 85, afterMs: draw('worker-1', 200, 300) },
          { progress: 100, afterMs: draw('worker-1', 200, 300) },
        ),
      ],
      observers: [tab.streams(story, { settle_ms: 6_000 })],
      faults: [
        fault('stream-late-ready', {
          session: tab,
          delay_ms: parameters['delay_ms']!,
          until: committed(story.at(100)),
        }),
      ],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    }),
  // The stream of the tab fails in every way of which a page gets a sign; its own polls come too late to help.
  explore: {
    base: benign,
    range: {
      deviations: [
        'stream-close',
        'stream-duplicate',
        'stream-delay',
        'stream-freeze',
        'stream-late-ready',
        'stream-refuse-joins',
        'stream-reorder',
        'stream-token-expired',
        'lag-timed',
      ],
      deviationsMax: 4,
    },
  },
});

/** The tab is subscribed before the first step. */
function benign({ draw }: PlanOptions): PlanBody {
  return plan({
    replicas: 1,
    generations: [story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 600, 900) })],
    observers: [tab.streams(story, { settle_ms: 20_000 })],
    properties: ['monotonic-view', 'integrity', 'convergence'],
  });
}
