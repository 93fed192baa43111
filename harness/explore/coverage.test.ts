import { expect, it } from 'vitest';
import type { Deviation } from '../plan/deviations.ts';
import { parsePlan } from '../plan/plan.ts';
import { pairsOf } from './coverage.ts';

const steps = [10, 40, 100].map((progress) => ({ progress, after_ms: 100 }));
const base = parsePlan(
  {
    plan: 1,
    scenario: 'benign',
    seed: 1,
    generations: [
      { worker: 'worker-1', story: 'story-1', steps },
      { worker: 'worker-2', story: 'story-1', steps },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
    properties: ['monotonic-view'],
  },
  'here',
);
const restart = (generation: number, progress: number): Deviation => ({
  kind: 'fault',
  fault: {
    kind: 'instance-restart',
    instance: 1,
    down_ms: 0,
    from: { after: { f: 'commit', key: 'story-1', generation, progress }, plus_ms: 0 },
  },
});

it('says in which phase of a story each deviation applies', () => {
  const deviations: Deviation[] = [
    { kind: 'overlap', session: 'tab-1' },
    restart(1, 10),
    restart(1, 40),
    restart(1, 100),
    restart(2, 10),
    { kind: 'step-error', worker: 'worker-1', step: 3 },
    { kind: 'fault', fault: { kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH', nth: 1 } } },
  ];
  expect(pairsOf(base, deviations)).toEqual([
    'overlap/start',
    'instance-restart/first',
    'instance-restart/between',
    'instance-restart/last',
    'instance-restart/later',
    'step-error/last',
    'http-drop/first',
  ]);
});
