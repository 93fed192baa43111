import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'shared-cache',
  summary: 'a CDN caches the answers of the status route',
  tags: ['reads'],
  mechanism:
    'A shared cache stores an answer that does not forbid it, and serves it to everybody until its lifetime ends. Each point of presence has a cache of its own: a tab that comes back to one is answered as it was long ago.',
  evidence: ['supabase discussion 48772', 'RFC 9111, 4.2: a stored response is reused while it is fresh'],
  injects:
    'A CDN with two points of presence stores answers without `Cache-Control` for `lifetime_s`. The tab has been answered with 10% through the first one. When 85% is committed, its connection moves to the second one, and when it has seen 85%, back.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'The status route answers with `Cache-Control: no-store`.',
  parameters: {
    lifetime_s: { description: 'how long the CDN keeps an answer, in seconds', default: 30, min: 1, max: 3_600 },
  },
  plan: ({ parameters, draw }) => {
    const elsewhere = fault('edge-pop', {
      session: tab.name,
      pop: 2,
      from: committed(story.at(85)),
      until: tab.sees(85).within(10_000),
    });
    return plan({
      replicas: 0,
      caches: [{ at: 'edge', pops: 2, cache_control: `s-maxage=${parameters['lifetime_s']!}` }],
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 20, 40) },
          { progress: 85, afterMs: 100, when: tab.sees(10).plus(200).within(5_000) },
          { progress: 100, afterMs: draw('worker-1', 400, 600), when: tab.sees(85).within(5_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60), start: committed(story.at(10)) })],
      faults: [elsewhere],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Other lifetimes, purges, and tabs that change their point of presence.
  explore: {
    base: benign,
    range: { deviations: ['cache', 'cache-purge', 'edge-pop'] },
  },
});

/** Every tab stays at its point of presence, and watches until answers are fetched anew. */
function benign({ draw }: PlanOptions): PlanBody {
  return plan({
    replicas: 0,
    caches: [{ at: 'edge', pops: 3, cache_control: 's-maxage=1' }],
    generations: [story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 300, 400) })],
    observers: [tab.polls(story, { everyMs: draw('tab-1', 150, 250) })],
    properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    watchOnMs: 8_000,
  });
}
