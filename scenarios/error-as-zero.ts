import { aStory, aTab, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'error-as-zero',
  summary: 'reads fail while a progress is shown, and an application may show the failure as 0%',
  tags: ['values'],
  mechanism:
    'supabase-js returns errors, it does not throw. Where a route takes a missing row or an error for an empty answer, its default of 0% is shown in the middle of a generation.',
  evidence: ['supabase/supabase#28657: replicas answer 503 with PGRST002', 'the documentation of supabase-js'],
  injects:
    'After the tab has seen 40%, every read of the tab is answered with an error (`status`) by the load balancer, for `outage_ms`.',
  breaks: ['monotonic-view', 'integrity'],
  remedy: 'An error is unknown, not zero: the page keeps the last value, and the route answers with an error.',
  parameters: {
    outage_ms: { description: 'how long reads fail', default: 600, min: 1, max: 20_000 },
    status: { description: 'of the answers; supabase-js repeats 503 by itself', default: 500, min: 500, max: 599 },
  },
  plan: ({ parameters, draw }) => {
    const outageMs = parameters['outage_ms']!;
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          {
            progress: 85,
            afterMs: 100,
            when: tab
              .sees(40)
              .plus(outageMs / 2)
              .within(8_000),
          },
          { progress: 100, afterMs: 100, when: tab.sees(85).within(8_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [
        fault('http-window', {
          how: 'error',
          status: parameters['status']!,
          actor: 'tab-1',
          from: tab.sees(40),
          until: tab.sees(40).plus(outageMs),
        }),
      ],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Single requests are answered with an error.
  explore: {
    range: { deviations: ['http-error'] },
  },
});
