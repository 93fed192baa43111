import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'late-event',
  summary: 'an update that a proxy held back is applied after newer ones',
  tags: ['writes'],
  mechanism:
    'A webhook, a queue or a proxy delivers an update late: the sender got an error or nothing, and went on. When the update is applied, newer ones have been.',
  evidence: ['paypal/mirakl-hyperwallet-connector#35'],
  injects:
    'A proxy answers the update to 40% with 504 and applies it `late_ms` later, after 85% has been committed. The last step is written after that.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy:
    'A conditional update, which changes a row only to more progress; an end absorbs everything that comes later.',
  parameters: {
    late_ms: { description: 'how much later the update is applied', default: 1_200, min: 1, max: 20_000 },
  },
  plan: ({ parameters, draw }) => {
    const lateMs = parameters['late_ms']!;
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          {
            progress: 100,
            afterMs: 100,
            when: committed(story.at(85))
              .plus(lateMs + 500)
              .within(lateMs + 8_000),
          },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 25, 35) })],
      faults: [fault('http-late', { match: { actor: 'worker-1', method: 'PATCH', nth: 2 }, apply_after_ms: lateMs })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Any update may be applied late, or answered late.
  explore: {
    range: { deviations: ['http-late', 'http-delay'], delayMsMax: 2_000 },
  },
});
