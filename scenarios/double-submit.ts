import { aStory, aTab, at, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');

export const scenario = defineScenario({
  name: 'double-submit',
  summary: 'the same story is generated twice at the same time',
  tags: ['writes'],
  mechanism:
    'A button is pressed twice, or a request to start is retried: two workers generate the same row beside each other, and each writes its own progress.',
  evidence: ['ssube/onnx-web#448'],
  injects: 'Two generations of a story start within 30 ms of each other, and the second one is slower than the first.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy:
    'One active generation a row: an idempotency key for the request to start, or fencing, by which the older worker changes nothing.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      instances: 2,
      generations: [
        story.runs(10, 40, 85, 100, { everyMs: () => draw('worker-1', 90, 130) }),
        story.runs(15, 30, 70, 100, {
          everyMs: () => draw('worker-2', 140, 180),
          start: at(draw('worker-2', 10, 30)),
          instance: 2,
        }),
      ],
      observers: [1, 2].map((number) =>
        aTab(`tab-${number}`).polls(story, { everyMs: draw(`tab-${number}`, 25, 35), instance: number }),
      ),
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    }),
  // Workers stall, and requests are late.
  explore: {
    range: { deviations: ['stall', 'http-delay'], lagMsMax: 2_000, delayMsMax: 2_000 },
  },
});
