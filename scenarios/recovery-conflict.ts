import { aReplica, aStory, aTab, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'recovery-conflict',
  summary: 'a replica cancels reads, and an application may answer with what it had read before',
  tags: ['values'],
  mechanism:
    'A standby cancels a query that conflicts with replay once `max_standby_streaming_delay` is exceeded (SQLSTATE 40001). A route that then answers from its memory shows the progress of that time.',
  evidence: ['PostHog/posthog#39584', 'the chapter on hot standby in the documentation of PostgreSQL'],
  injects:
    'After the tab has seen 85%, every read that goes to the replica fails with 500 for `conflict_ms`. The error is injected in front of the replica: when PostgreSQL itself cancels a query depends on its timing.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'Repeat the read on the primary. An error says nothing about the progress: the page keeps what it shows.',
  parameters: {
    conflict_ms: { description: 'how long reads of the replica fail', default: 600, min: 1, max: 20_000 },
  },
  plan: ({ parameters, draw }) => {
    const conflictMs = parameters['conflict_ms']!;
    return plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          {
            progress: 100,
            afterMs: 100,
            when: tab
              .sees(85)
              .plus(conflictMs + 200)
              .within(conflictMs + 8_000),
          },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 25, 35) })],
      faults: [
        fault('http-window', {
          how: 'error',
          status: 500,
          to: replica,
          from: tab.sees(85),
          until: tab.sees(85).plus(conflictMs),
        }),
      ],
      properties: [
        'monotonic-view',
        'monotonic-reads',
        'monotonic-commits',
        'integrity',
        'convergence',
        'availability',
      ],
      finalLookAnswered: true,
    });
  },
  // Single requests are answered with an error.
  explore: {
    range: { deviations: ['http-error'] },
  },
});
