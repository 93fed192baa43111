import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'persisted-cache',
  summary: 'a page is loaded again, and shows what the cache in its storage held before the last value',
  tags: ['reads'],
  mechanism:
    'A client library keeps its cache in the storage of the browser, and writes it some time after a change. A page that is loaded before that shows the older value at once, until its first fetch has ended.',
  evidence: ['the documentation of TanStack Query: `createAsyncStoragePersister` writes at most once a second'],
  injects:
    'The tab uses TanStack Query, and has stored 10%. It refetches when 85% is committed, shows 85%, and is loaded again before that is stored.',
  breaks: ['monotonic-view'],
  remedy: 'The query of the progress is left out of what is stored (`shouldDehydrateQuery`).',
  parameters: {
    persists: { description: 'whether the progress is stored: 0 or 1', default: 1, min: 0, max: 1 },
  },
  plan: ({ parameters, draw }) => {
    const library = { name: 'query-core', persists: parameters['persists'] === 1 } as const;
    const refetch = fault('tab-refetch', { session: tab.name, from: committed(story.at(85)) });
    const reload = fault('tab-reload', { session: tab.name, from: tab.sees(85) });
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 20, 40) },
          { progress: 85, afterMs: 1_500, when: tab.sees(10).within(5_000) },
          { progress: 100, afterMs: draw('worker-1', 300, 400), when: tab.sees(85).plus(100).within(5_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: 30_000, start: committed(story.at(10)), library })],
      faults: [refetch, reload],
      properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Other libraries, and pages that are loaded again at any moment.
  explore: {
    base: benign,
    range: { deviations: ['library', 'tab-reload', 'tab-refetch'] },
  },
});

/** A tab that polls often, and whose page stays open. */
function benign({ draw }: PlanOptions): PlanBody {
  return plan({
    replicas: 0,
    generations: [story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 300, 400) })],
    observers: [
      tab.polls(story, { everyMs: draw('tab-1', 150, 250), library: { name: 'query-core', persists: true } }),
    ],
    properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
  });
}
