import { aReplica, aStory, aTab, after, committed, defineScenario, ended, plan } from '../harness/index.ts';

const story = aStory('story-1');
const other = aStory('story-2');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'failed-again',
  summary: 'a generation fails without more progress, and a lagging replica shows it as running again',
  tags: ['reads'],
  mechanism:
    'Versions are compared by their progress alone. A generation that fails at 85% has the same progress before and after its end, so that a stale row is not recognised: the page shows failed, then generating, then failed.',
  evidence: ['found in this repository, in a subject whose version had no status'],
  injects:
    'Polls alternate between the primary and a replica that holds at 85% of the first story, which fails at 85%. The replica catches up when the tab has got three more answers; a second story keeps the run going until then.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'The end of a generation is part of its version, and comes before the progress.',
  parameters: {},
  plan: ({ draw }) => {
    const failed = after(committed(story.at(85)), committed(story.at(85)));
    const seen = after(failed, tab.asks(), tab.answers(), tab.asks(), tab.answers(), tab.asks(), tab.answers());
    const lag = aReplica(1).holdsAt(story.at(85), { until: seen.plus(100).within(20_000) });
    return plan({
      replicas: 1,
      routing: 'round-robin',
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 200, 300) },
          { outcome: 'failed' },
        ),
        other.runs({ progress: 100, afterMs: draw('worker-2', 200, 300), when: ended(lag) }),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60) })],
      faults: [lag],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['lag-timed', 'http-route', 'stall'], lagMsMax: 2_000 },
  },
});
