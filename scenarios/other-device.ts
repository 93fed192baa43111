import { aReplica, aStory, aTab, after, defineScenario, ended, plan } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

export const scenario = defineScenario({
  name: 'other-device',
  summary: 'a tab that sends no expectation is served by the primary, and then by a replica that lags',
  tags: ['reads'],
  mechanism:
    'A remedy compares the answer with what the page expects. A page that lost its state, a new tab or another device has nothing to expect, and so its reads are not compared.',
  evidence: ['the remedy of this repository, whose status route takes an optional expectedProgress'],
  injects:
    'As `lagging-replica`, with a lag of `lag_ms` that retries would outlast; but the tab sends no expectation with its polls.',
  breaks: ['monotonic-view', 'monotonic-reads'],
  remedy: 'Without a version to compare with, the route reads from the primary.',
  parameters: {
    lag_ms: { description: 'how long the replica stays behind after 85%', default: 1_000, min: 0, max: 60_000 },
  },
  plan: ({ parameters, draw }) => {
    const away = replica.leavesRotation({ until: tab.sees(85) });
    const lag = replica.holdsAt(story.at(10), {
      until: after({ f: 'show', progress: 85 }).plus(parameters['lag_ms']!),
    });
    return plan({
      replicas: 1,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 85, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: 100, when: ended(lag).plus(100) },
        ),
      ],
      observers: [tab.polls(story, { everyMs: draw('tab-1', 40, 60), expects: 'none' })],
      faults: [away, lag],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    });
  },
  // The replica lags in other ways, and single reads are sent to another database.
  explore: {
    range: { deviations: ['lag-exact', 'lag-timed', 'http-route'], lagMsMax: 2_000 },
  },
});
