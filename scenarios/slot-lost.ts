import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';
import type { PlanBody, PlanOptions } from '../harness/index.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');

export const scenario = defineScenario({
  name: 'slot-lost',
  summary: 'Realtime loses its replication slot, and the last changes are never pushed; no client is told',
  tags: ['stream'],
  mechanism:
    'The poller of Realtime reads a temporary slot. Any SQL error in its session, or the loss of the primary, drops it: the batch and all that is committed until there is a new one is lost. The channels stay SUBSCRIBED.',
  evidence: ['supabase/realtime, extensions/postgres_cdc_rls, measured: docs/REALTIME.md'],
  injects: 'The slot is lost when 85% is committed, and is back when the generation has ended.',
  breaks: ['convergence'],
  remedy: 'Nothing tells a page: it reads now and then in any case.',
  parameters: {
    every_ms: { description: 'how often a page reads that reads now and then', default: 2_000, min: 100, max: 30_000 },
  },
  plan: ({ parameters, draw }) => {
    const lost = fault('stream-slot-lost', {
      from: committed(story.at(40)).plus(700),
      until: committed(story.at(100)),
    });
    return plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: 1_000 },
          { progress: 40, afterMs: draw('worker-1', 100, 200) },
          { progress: 85, afterMs: draw('worker-1', 1_000, 1_100) },
          { progress: 100, afterMs: draw('worker-1', 200, 300) },
        ),
      ],
      observers: [tab.streams(story, { everyMs: parameters['every_ms']!, settle_ms: parameters['every_ms']! * 2 })],
      faults: [lost],
      properties: ['monotonic-view', 'integrity', 'convergence'],
    });
  },
  // The stream of the tab fails in every way, also without a sign; its own polls follow soon.
  explore: {
    base: benign,
    range: {
      deviations: ['stream-slot-lost', 'stream-drop', 'stream-close', 'stream-freeze', 'stream-token-expired'],
      deviationsMax: 3,
    },
  },
});

function benign({ draw, parameters }: PlanOptions): PlanBody {
  const everyMs = parameters['every_ms']!;
  return plan({
    replicas: 0,
    generations: [story.runs(10, 40, 85, 100, { start: { at_ms: 1_000 }, everyMs: () => draw('worker-1', 600, 900) })],
    observers: [tab.streams(story, { everyMs, settle_ms: everyMs * 2 })],
    properties: ['monotonic-view', 'integrity', 'convergence'],
  });
}
