import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const other = aTab('tab-2');

export const scenario = defineScenario({
  name: 'cancelled-refetch',
  summary: 'cancelling a fetch brings back what the page showed before it, and not what came meanwhile',
  tags: ['reads'],
  mechanism:
    'A client library that cancels a fetch restores the state of its cache from before the fetch. What has been put into the cache since then is lost: in TanStack Query 5.108, what came by its plugin for broadcasts; in earlier versions, also what came by `setQueryData`.',
  evidence: ['traycerai/traycer#391', 'the source of TanStack Query: `cancelQueries` reverts by default'],
  injects:
    'Two tabs use TanStack Query and tell each other what they fetch. The second request of the first tab is late by `delay_ms`. Meanwhile the first tab is told 85% by the second one, and cancels its request.',
  breaks: ['monotonic-view'],
  remedy:
    'The page merges by version: it ignores a value that is older than the one it shows. Or it cancels and refetches, which restores nothing.',
  parameters: {
    delay_ms: { description: 'how late the response is', default: 1_500, min: 1, max: 10_000 },
    refetches: {
      description: 'whether the page sends a new request instead of only cancelling: 0 or 1',
      default: 0,
      min: 0,
      max: 1,
    },
  },
  plan: ({ parameters, draw }) => {
    const library = { name: 'query-core', broadcasts: true } as const;
    const late = fault('http-delay', {
      match: { actor: tab, at: 'edge', nth: 2 },
      delay_ms: parameters['delay_ms']!,
    });
    const cancel = fault('tab-refetch', {
      session: tab.name,
      how: parameters['refetches'] === 1 ? 'cancel-and-refetch' : 'cancel',
      from: tab.sees(85),
    });
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 20, 40) },
          { progress: 85, afterMs: 50, when: tab.asks(2).plus(50).within(5_000) },
          { progress: 100, afterMs: parameters['delay_ms']! + 500 },
        ),
      ],
      observers: [
        tab.polls(story, { everyMs: draw('tab-1', 140, 160), start: committed(story.at(10)), library }),
        other.polls(story, { everyMs: draw('tab-2', 40, 60), start: committed(story.at(85)), library }),
      ],
      faults: [late, cancel],
      properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Requests that are late, and pages that cancel them.
  explore: {
    base: benign,
    range: { deviations: ['http-delay', 'tab-refetch'] },
  },
});

/** Two tabs that tell each other what they fetch. */
function benign({ draw }: PlanOptions): PlanBody {
  const library = { name: 'query-core', broadcasts: true } as const;
  return plan({
    replicas: 0,
    generations: [story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 300, 400) })],
    observers: [
      tab.polls(story, { everyMs: draw('tab-1', 150, 250), library }),
      other.polls(story, { everyMs: draw('tab-2', 150, 250), library }),
    ],
    properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
  });
}
