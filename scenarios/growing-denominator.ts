import { aStory, aTab, defineScenario, plan } from '../harness/index.ts';

const story = aStory('story-1');

export const scenario = defineScenario({
  name: 'growing-denominator',
  summary: 'a generation of many steps, in which an application may find more work than it knew of',
  tags: ['values'],
  mechanism:
    'A progress is the share of the work that is done. When more work is found while it runs, the total grows, and the share falls although nothing was undone. An application whose steps are fixed passes this scenario.',
  evidence: ['chieffancypants/angular-loading-bar#90'],
  injects: 'Nothing: eight steps from 10% to 100%, which a tab follows.',
  breaks: ['monotonic-commits', 'monotonic-view'],
  remedy: 'Never write less than before: the greater of the share and the last progress, until the share exceeds it.',
  parameters: {},
  plan: ({ draw }) =>
    plan({
      replicas: 0,
      generations: [story.runs(10, 25, 40, 55, 60, 70, 85, 100, { everyMs: () => draw('worker-1', 100, 150) })],
      observers: [aTab('tab-1').polls(story, { everyMs: draw('tab-1', 25, 35) })],
      properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
    }),
  explore: {
    range: { deviations: ['stall'] },
  },
});
