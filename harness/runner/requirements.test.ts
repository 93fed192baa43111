import { describe, expect, it } from 'vitest';
import type { Backend, Capability } from '../port/backend.ts';
import { parsePlan } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { requireSupport } from './requirements.ts';

const planWith = (...faults: object[]) =>
  parsePlan(
    {
      plan: 1,
      scenario: 'test',
      seed: 1,
      generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 10, after_ms: 1 }] }],
      observers: [],
      faults,
      properties: ['monotonic-view'],
    },
    'test',
  );
const backend = (...capabilities: Capability[]) =>
  ({ name: 'plain', capabilities: new Set(capabilities) }) as unknown as Backend;
const subject = { name: 'app' } as Subject;

describe('a plan is refused with the name of a missing capability:', () => {
  it.each([
    [{ kind: 'promotion', replica: 'replica-1' }, 'the backend plain cannot do what faults.0 (promotion)'],
    [{ kind: 'outage', how: 'kill', replica: 'replica-1' }, 'the plan needs: outage-kill'],
    [{ kind: 'clock-skew', instance: 1, offset_ms: 1 }, 'the subject app cannot do what faults.0 (clock-skew)'],
  ])('%j', (fault, message) => {
    expect(() => requireSupport(planWith(fault), backend('replicas'), subject)).toThrow(message);
  });

  it('replicas', () => {
    expect(() => requireSupport(planWith(), backend(), subject)).toThrow('topology.replicas');
  });
});

it('a plan is accepted if all its requirements are met', () => {
  const plan = planWith({ kind: 'clock-skew', instance: 1, offset_ms: 1 }, { kind: 'promotion', replica: 'replica-1' });
  const able = { ...subject, capabilities: ['clock-skew'] } as const;
  expect(() => requireSupport(plan, backend('replicas', 'promotion'), able)).not.toThrow();
});
