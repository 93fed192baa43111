import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const other = aTab('tab-2');

export const scenario = defineScenario({
  name: 'joined-refetch',
  summary: 'a page asks anew for a newer value, and gets the answer to an older request that was under way',
  tags: ['reads'],
  mechanism:
    'A client library sends equal requests once: a refetch joins one that is under way. Its answer can be older than what the page has got in another way meanwhile, and replaces it.',
  evidence: ['TanStack/query#471', 'TanStack/query#2154', 'the documentation of TanStack Query: `cancelRefetch`'],
  injects:
    'Two tabs use TanStack Query and tell each other what they fetch. The second request of the first tab has read 10%, and its response is late by `delay_ms`. Meanwhile the first tab is told 85% by the second one, and refetches.',
  breaks: ['monotonic-view'],
  remedy:
    'The page cancels the request under way and sends a new one (`cancelRefetch`), or ignores an answer that is older than the one it shows.',
  parameters: {
    delay_ms: { description: 'how late the response is', default: 1_500, min: 1, max: 10_000 },
    cancels: { description: 'whether the page cancels the request under way: 0 or 1', default: 0, min: 0, max: 1 },
  },
  plan: ({ parameters, draw }) => {
    const library = { name: 'query-core', broadcasts: true } as const;
    const late = fault('http-delay', {
      match: { actor: tab, at: 'edge', nth: 2 },
      delay_ms: parameters['delay_ms']!,
    });
    const refetch = fault('tab-refetch', {
      session: tab.name,
      how: parameters['cancels'] === 1 ? 'cancel-and-refetch' : 'join',
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
      faults: [late, refetch],
      properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Requests that are late, and pages that ask anew.
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
