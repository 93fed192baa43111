import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'data-cache',
  summary: 'the framework caches what the status route reads from Supabase',
  tags: ['reads'],
  mechanism:
    'A framework caches the `fetch` of supabase-js: that of Next.js 14 every GET by default, that of Next.js 16 those of a route with `fetchCache = "default-cache"`. Every instance of the application answers from its own copy, and its retries read the same copy.',
  evidence: [
    'supabase discussion 20022',
    'supabase/auth-js#847 and supabase/supabase#18693',
    'the source of Next.js: `patch-fetch`',
  ],
  injects:
    'Each of two instances caches its reads for `revalidate_ms`, and answers once more with the old row after that. The tab has seen 10% from the first instance; it moves to the second one, sees 85%, and moves back.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'The client of Supabase is created with a `fetch` that sets `cache: "no-store"`, or the route is dynamic.',
  parameters: {
    revalidate_ms: { description: 'the lifetime of what is cached', default: 4_000, min: 50, max: 60_000 },
  },
  plan: ({ parameters, draw }) => {
    const away = fault('tab-move', {
      session: tab.name,
      instance: 2,
      from: committed(story.at(85)),
    });
    const back = fault('tab-move', { session: tab.name, instance: 1, from: tab.sees(85).within(10_000) });
    return plan({
      replicas: 0,
      instances: 2,
      caches: [{ at: 'app', revalidate_ms: parameters['revalidate_ms']! }],
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 20, 40) },
          { progress: 85, afterMs: 100, when: tab.sees(10).plus(100).within(5_000) },
          { progress: 100, afterMs: 300, when: tab.sees(85).within(10_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60), start: committed(story.at(10)) })],
      faults: [away, back],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
      watchOnMs: parameters['revalidate_ms']! + 1_000,
    });
  },
  // Instances that a tab moves between, purges, and reads that are late.
  explore: {
    base: benign,
    range: { deviations: ['cache-purge', 'http-delay', 'tab-move'] },
  },
});

/** A tab that stays with its instance, and watches until its reads are sent again. */
function benign({ draw }: PlanOptions): PlanBody {
  return plan({
    replicas: 0,
    instances: 2,
    caches: [{ at: 'app', revalidate_ms: 3_500 }],
    generations: [story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 300, 400) })],
    observers: [tab.polls(story, { everyMs: draw('tab-1', 150, 250) })],
    properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    watchOnMs: 8_000,
  });
}
