import { aStory, aTab, committed, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'stalled-worker',
  summary: 'a worker that stalls past its lock is replaced, and then finishes its work as if nothing had happened',
  tags: ['writes'],
  mechanism:
    'A worker stalls: garbage collection, a suspended machine, a slow model. Its lock expires, the job is given to another worker, and the first one wakes up and writes the rest of its steps, including the end.',
  evidence: ['OptimalBits/bull#850', 'OptimalBits/bull#879'],
  injects:
    'The first worker stalls after 40% until the second generation has written 60%; then it writes 55%, 70% and 100%. The second one continues after that.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy: 'Fencing: an update applies only to its own generation, so that a worker which was replaced changes nothing.',
  parameters: {},
  plan: ({ draw }) => {
    const first = story.generation(1);
    const second = story.generation(2);
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 40, 80) },
          { progress: 40, afterMs: draw('worker-1', 80, 120) },
          { progress: 55, afterMs: 0, when: committed(second.at(60)).plus(50).within(8_000) },
          { progress: 70, afterMs: draw('worker-1', 60, 100) },
          { progress: 100, afterMs: draw('worker-1', 60, 100) },
        ),
        story.runs(
          { progress: 20, afterMs: draw('worker-2', 20, 60) },
          { progress: 60, afterMs: draw('worker-2', 80, 120) },
          { progress: 80, afterMs: draw('worker-2', 500, 600) },
          { progress: 100, afterMs: draw('worker-2', 60, 100) },
          { start: committed(first.at(40)).plus(200).within(8_000) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 25, 35) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Workers stall at other steps, and requests are late.
  explore: {
    range: { deviations: ['stall', 'http-delay'], lagMsMax: 2_000, delayMsMax: 2_000 },
  },
});
