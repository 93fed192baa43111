import { expect, it } from 'vitest';
import { HAS_OWN_STEPS } from '../history/marks.ts';
import { parsePlan } from '../plan/plan.ts';
import { describePlan } from './plan-text.ts';

const plan = parsePlan(
  {
    plan: 1,
    scenario: 'printed',
    seed: 1,
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 60, after_ms: 5 }], outcome: 'failed' }],
    observers: [{ session: 'tab-1', story: 'story-1', channel: 'poll+stream', every_ms: 50 }],
    properties: ['monotonic-commits'],
  },
  'test',
);

it('tells the steps of a generation, unless the application took its own', () => {
  expect(describePlan(plan, undefined)[1]).toBe('generation  worker-1: story-1, 60% after 5 ms, then failed');
  expect(describePlan(plan, { history: 1, [HAS_OWN_STEPS]: true })[1]).toBe(
    'generation  worker-1: story-1, in steps of the application',
  );
});

it('tells how a tab looks, unless it polls', () => {
  expect(describePlan(plan, undefined)[2]).toBe('observer    tab-1: story-1 by poll+stream, every 50 ms');
});
