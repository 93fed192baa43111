import { aStory, aTab, committed, defineScenario, fault, plan } from '../harness/index.ts';

const story = aStory('story-1');
const other = aStory('story-2');

export const scenario = defineScenario({
  name: 'faulty-guard',
  summary: 'an update that was held back arrives after the end, and a guard lets it through because the status changes',
  tags: ['writes'],
  mechanism:
    'A guard in the database refuses an update with less progress, except for one that changes the status, so that a generation can fail. A late update of a step changes the status as well: from completed back to generating.',
  evidence: [
    'KanishJebaMathewM/Truxify#11717: a NULL passes the guard',
    'chatwoot/chatwoot#14149: a change of state passes it',
  ],
  injects:
    'A proxy answers the update to 40% with 504 and applies it 2.5 s later, after the end was committed. A second story keeps the run going until then.',
  breaks: ['monotonic-commits', 'completion', 'monotonic-view'],
  remedy:
    'A strict condition on the progress, and ends that absorb: a row with the status of an end does not change in its generation.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [
        story.runs(
          { progress: 10, afterMs: draw('worker-1', 80, 120) },
          { progress: 40, afterMs: draw('worker-1', 120, 180) },
          { progress: 100, afterMs: draw('worker-1', 120, 180), when: committed(story.at(10)).plus(400).within(8_000) },
        ),
        other.runs({ progress: 100, afterMs: draw('worker-2', 4_000, 4_200) }),
      ],
      observers: [aTab('tab-1').polls(story, { everyMs: draw('tab-1', 25, 35) })],
      faults: [fault('http-late', { match: { actor: 'worker-1', method: 'PATCH', nth: 2 }, apply_after_ms: 2_500 })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence', 'completion'],
    }),
  // Any update may be applied late.
  explore: {
    range: { deviations: ['http-late'], delayMsMax: 2_000 },
  },
});
