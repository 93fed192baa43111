import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'overtaken-poll',
  summary: 'the response to a poll arrives after the responses to later polls',
  tags: ['reads'],
  mechanism:
    'A page polls at fixed intervals. One response takes longer than the interval, so that a newer one overtakes it; when it arrives, it replaces what is shown.',
  evidence: ['vercel/swr#173'],
  injects:
    'The tab opens at 40% and asks every 40 to 60 ms without waiting. The response to the second poll, which has read 40%, is late by `delay_ms`, and by then 85% has been shown.',
  breaks: ['monotonic-view'],
  remedy:
    'The page ignores an answer that is older than the one it shows, by (generation, progress); or it aborts the older request.',
  parameters: {
    delay_ms: { description: 'how late the response arrives', default: 600, min: 1, max: 10_000 },
  },
  plan: ({ parameters, draw }) => {
    const late = fault('http-delay', {
      match: { actor: tab, at: 'edge', nth: 2 },
      delay_ms: parameters['delay_ms']!,
    });
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 20, 40) },
          { progress: 40, afterMs: draw('worker-1', 40, 60) },
          { progress: 85, afterMs: 50, when: tab.asks(2).plus(100).within(5_000) },
          { progress: 100, afterMs: 1_000 },
        ),
      ],
      observers: [
        tab.polls(story, { everyMs: draw('tab-1', 40, 60), polling: 'interval', start: committed(story.at(40)) }),
      ],
      faults: [late],
      properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // Polls overlap, and single responses are late.
  explore: {
    range: { deviations: ['overlap', 'http-delay'], delayMsMax: 2_000 },
  },
});
