import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'guard-livelock',
  summary: 'a guard refuses an old update with 40001, and the REST layer repeats it until the guard lets it through',
  tags: ['writes'],
  mechanism:
    'A trigger refuses an update with less progress by `serialization_failure` (40001), which means "try again": the REST layer repeats the transaction without end. The worker gets no answer. When the story is generated again and starts low, the guard lets the old update through.',
  evidence: ['fstamatelopoulos/cerefox#174', 'PostgREST/postgrest#4222, which ended the repetitions'],
  injects:
    'A worker that was replaced writes 40% of the first generation after 60% of the second. The REST layer repeats the update for `retry_ms` while the database answers 40001, and a proxy answers the worker 504. Then a third generation starts.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy:
    'A guard that changes no row, or raises `PT409`, which nothing repeats; and an update that applies only to its own generation.',
  parameters: {
    retry_ms: {
      description: 'how long the REST layer repeats the update',
      default: 5_000,
      min: 2_000,
      max: 60_000,
    },
  },
  plan: ({ parameters, draw }) => {
    const [first, second] = [story.generation(1), story.generation(2)];
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 40, 80) },
          { progress: 40, afterMs: 0, when: committed(second.at(60)).plus(50).within(8_000) },
          { outcome: 'abandoned' },
        ),
        story.runs(
          { progress: 20, afterMs: draw('worker-2', 40, 80) },
          { progress: 60, afterMs: draw('worker-2', 80, 120) },
          { progress: 100, afterMs: draw('worker-2', 400, 500) },
          { start: committed(first.at(10)).plus(200).within(8_000) },
        ),
        story.runs(
          { progress: 10, afterMs: draw('worker-3', 300, 400) },
          { progress: 55, afterMs: draw('worker-3', 80, 120) },
          { progress: 100, afterMs: draw('worker-3', 80, 120) },
          { start: committed(second.at(100)).plus(200).within(8_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 25, 35) })],
      faults: [
        fault('http-retry', {
          match: { actor: 'worker-1', method: 'PATCH', nth: 2 },
          for_ms: parameters['retry_ms']!,
        }),
      ],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Workers stall at other steps.
  explore: {
    range: { deviations: ['stall'], lagMsMax: 2_000 },
  },
});
