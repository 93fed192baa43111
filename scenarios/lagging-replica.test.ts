import { describe, expect, it } from 'vitest';
import type { Moment, PlanBody, PlanOptions } from '../harness/index.ts';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { scenario } from './lagging-replica.ts';

/** The plan of the scenario in hand-written JSON. */
function byHand({ parameters, draw }: PlanOptions): PlanBody {
  const backInRotation = { f: 'fault', fault: 'out-of-rotation', phase: 'end' } as const;
  const asked = { f: 'read', type: 'invoke', session: 'tab-1' } as const;
  const answered = { f: 'read', type: 'ok', session: 'tab-1' } as const;
  const caughtUp: Moment =
    parameters['lag_ms'] === undefined
      ? { after: [backInRotation, asked, answered], plus_ms: 200 }
      : { after: { f: 'show', progress: 85 }, plus_ms: parameters['lag_ms'] };
  return {
    topology: { replicas: 1, routing: 'get-to-replica' },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          { progress: 10, after_ms: draw('worker-1', 80, 120) },
          { progress: 40, after_ms: draw('worker-1', 120, 180) },
          { progress: 85, after_ms: draw('worker-1', 120, 180) },
          { progress: 100, after_ms: 100, when: { after: { f: 'fault', fault: 'lag', phase: 'end' }, plus_ms: 100 } },
        ],
      },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: draw('tab-1', 40, 60) }],
    faults: [
      {
        kind: 'out-of-rotation',
        replica: 'replica-1',
        until: { after: { f: 'show', session: 'tab-1', progress: 85 } },
      },
      { kind: 'lag', mode: 'exact', replica: 'replica-1', hold_at: { key: 'story-1', progress: 10 }, until: caughtUp },
    ],
    properties: ['monotonic-view', 'monotonic-reads', 'monotonic-commits', 'integrity', 'convergence'],
  };
}

describe('the plan of lagging-replica, written as calls', () => {
  it.each<Record<string, string>>([{}, { lag_ms: '0' }, { lag_ms: '2500' }])(
    'is byte for byte the one that is written by hand, with %j',
    (set) => {
      const parameters = parametersOf(scenario, set);
      for (let seed = 0; seed < 50; seed++) {
        const [written, called] = [{ ...scenario, plan: byHand }, scenario].map((each) =>
          planOf(each, seed, parameters),
        );
        expect(JSON.stringify(called)).toBe(JSON.stringify(written));
      }
    },
  );
});
