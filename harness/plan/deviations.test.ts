import { describe, expect, it } from 'vitest';
import { applyDeviations, type Deviation } from './deviations.ts';
import { parsePlan } from './plan.ts';

const base = parsePlan(
  {
    plan: 1,
    scenario: 'benign',
    seed: 1,
    topology: { routing: 'primary-only' },
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 10, after_ms: 100 }] }],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
    properties: ['monotonic-view'],
  },
  'here',
);
const lag = (delay_ms: number, replica = 'replica-1'): Deviation => ({
  kind: 'fault',
  fault: { kind: 'lag', mode: 'timed', replica, delay_ms, from: { at_ms: 0 } },
});
const drop = (actor: string): Deviation => ({
  kind: 'fault',
  fault: { kind: 'http-drop', match: { actor, method: 'GET', nth: 1 } },
});

describe('deviations', () => {
  it('leave the plan unchanged if there are none', () => {
    expect(applyDeviations(base, [])).toEqual(base);
  });

  it('change the actor that they name', () => {
    const plan = applyDeviations(base, [
      { kind: 'overlap', session: 'tab-1' },
      { kind: 'forget', session: 'tab-1' },
      { kind: 'stall', worker: 'worker-1', step: 1, stall_ms: 900 },
      { kind: 'routing', routing: 'round-robin' },
      lag(300),
    ]);
    expect(applyDeviations(base, [{ kind: 'step-error', worker: 'worker-1', step: 1 }]).generations[0]!.steps).toEqual([
      { progress: 10, after_ms: 100, throws: true },
    ]);
    expect(plan.observers[0]).toMatchObject({ polling: 'interval', expects: 'none' });
    expect(plan.generations[0]!.steps[0]!.after_ms).toBe(1_000);
    expect(plan.topology.routing).toBe('round-robin');
    expect(plan.faults).toHaveLength(1);
  });

  it('apply once to a target: the first one counts', () => {
    expect(applyDeviations(base, [lag(300), lag(900)]).faults).toMatchObject([{ delay_ms: 300 }]);
  });

  it('have no effect if the plan lacks their target', () => {
    const plan = applyDeviations(base, [
      drop('tab-9'),
      lag(300, 'replica-2'),
      { kind: 'overlap', session: 'tab-9' },
      { kind: 'stall', worker: 'worker-1', step: 4, stall_ms: 900 },
    ]);
    expect(plan).toEqual(base);
  });

  it('can apply to an actor that another deviation adds, in any order', () => {
    const tab: Deviation = { kind: 'tab', observer: { ...base.observers[0]!, session: 'tab-2' } };
    const plan = applyDeviations(base, [drop('tab-2'), { kind: 'forget', session: 'tab-2' }, tab]);
    expect(plan.observers[1]).toMatchObject({ session: 'tab-2', expects: 'none' });
    expect(plan.faults).toHaveLength(1);
  });

  it('do not modify the given plan', () => {
    const before = structuredClone(base);
    applyDeviations(base, [lag(300), { kind: 'stall', worker: 'worker-1', step: 1, stall_ms: 900 }]);
    expect(base).toEqual(before);
  });
});
