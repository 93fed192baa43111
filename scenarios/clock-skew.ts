import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');

export const scenario = defineScenario({
  name: 'clock-skew',
  summary: 'the clock of one instance is ahead, and versions may be ordered by it',
  tags: ['values'],
  mechanism:
    'Where versions are ordered by a time that the writer takes from its own clock, a writer whose clock is ahead hides every later write of the others.',
  evidence: ['supabase/realtime#2201: ties of now() in one transaction'],
  injects:
    'The clock of the first instance is ahead by `skew_ms`. Its generation is abandoned at 85%; the second one runs on the other instance, and its progress must be shown in time.',
  breaks: ['convergence', 'monotonic-view'],
  remedy: 'A sequence, such as (generation, progress), and never a time, orders versions.',
  parameters: {
    skew_ms: { description: 'how far the clock is ahead', default: 60_000, min: -86_400_000, max: 86_400_000 },
  },
  plan: ({ parameters, draw }) =>
    plan({
      replicas: 0,
      instances: 2,
      generations: [
        story.runs(10, 85, { everyMs: () => draw('worker-1', 60, 100), outcome: 'abandoned' }),
        story.runs(10, 40, 100, {
          everyMs: () => draw('worker-2', 200, 300),
          start: committed(story.at(85)).plus(200).within(8_000),
          instance: 2,
        }),
      ],
      observers: [1, 2].map((number) =>
        aTab(`tab-${number}`).polls(story, {
          everyMs: draw(`tab-${number}`, 25, 35),
          instance: number,
          expects: 'none',
        }),
      ),
      faults: [fault('clock-skew', { instance: 1, offset_ms: parameters['skew_ms']! })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
      convergeWithinMs: 3_000,
    }),
  // The clocks of both instances are wrong.
  explore: {
    range: { deviations: ['clock-skew'] },
  },
});
