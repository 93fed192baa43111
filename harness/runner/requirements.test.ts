import { describe, expect, it } from 'vitest';
import type { Backend, Capability } from '../port/backend.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { requireConnection, requireSupport } from './requirements.ts';

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
const tracked = { table: 'jobs', key: 'id', progress: 'percent' };
const subject = { name: 'app', tracked } as Subject;

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

  it('stream', () => {
    const plan = planWith();
    const observers = [
      { ...plan.observers[0]!, session: 'tab-9', story: 'story-1', channel: 'stream' as const, every_ms: 50 },
    ];
    const streamed = { ...plan, observers: observers as Plan['observers'] };
    expect(() => requireSupport(streamed, backend('replicas'), subject)).toThrow(
      'the backend plain cannot do what a tab of the plan with a stream needs: stream',
    );
    expect(() => requireSupport(streamed, backend('replicas', 'stream'), subject)).not.toThrow();
    const lost = { ...streamed, faults: [{ kind: 'stream-slot-lost' }] as Plan['faults'] };
    expect(() => requireSupport(lost, backend('replicas', 'stream'), subject)).toThrow(
      'the backend plain cannot do what faults.0 (stream-slot-lost) of the plan needs: stream-server',
    );
  });

  it('more replicas than are running', () => {
    const running = (replicasMax: number): Backend => ({ ...backend('replicas'), replicasMax });
    expect(() => requireSupport(planWith(), running(0), subject)).toThrow(
      'the plan needs 1 replicas, but the plain has 0',
    );
    expect(() => requireSupport(planWith(), running(1), subject)).not.toThrow();
  });
});

describe('a plan that generates a story again', () => {
  const steps = [{ progress: 10, after_ms: 1 }];
  const again = {
    ...planWith(),
    topology: { ...planWith().topology, replicas: 0 },
    generations: ['worker-1', 'worker-2'].map((worker) => ({ ...planWith().generations[0]!, worker, steps })),
  };

  it('is refused if the table of the subject has no column for the generation', () => {
    expect(() => requireSupport(again, backend(), subject)).toThrow(
      'the subject app cannot do what generations.1 of the plan needs: story-rerun',
    );
  });

  it('is accepted if it has one', () => {
    const counting = { ...subject, tracked: { ...tracked, generation: 'run' } };
    expect(() => requireSupport(again, backend(), counting)).not.toThrow();
  });
});

describe('an application that is already running', () => {
  const running = { ...subject, runsAt: 'https://staging.example.com' };

  it('is refused by a backend that starts databases of its own', () => {
    expect(() => requireConnection(backend(), running)).toThrow(
      'the subject app runs at https://staging.example.com with a Supabase of its own',
    );
  });

  it('is not judged by writes that nobody reports', () => {
    const plan = { ...planWith(), topology: { ...planWith().topology, replicas: 0 } };
    const integrity = { ...plan, properties: ['integrity'] };
    expect(() => requireSupport(integrity, backend(), running)).toThrow(
      'the backend plain cannot do what the property integrity, for an application at a URL, needs: commits',
    );
    expect(() => requireSupport(integrity, backend('commits'), running)).not.toThrow();
    expect(() => requireSupport(integrity, backend(), subject)).not.toThrow();
    expect(() => requireSupport(plan, backend(), running)).not.toThrow();
  });

  it('is accepted by one that connects to a running target', () => {
    expect(() => requireConnection({ ...backend(), isConnecting: true }, running)).not.toThrow();
  });
});

it('a server is refused by a backend in virtual time, and accepted by another', () => {
  const server = { ...subject, isServer: true as const };
  expect(() => requireConnection({ ...backend(), isVirtual: true }, server)).toThrow(
    'the subject app is a server, whose time is real: the backend plain cannot run it',
  );
  expect(() => requireConnection(backend(), server)).not.toThrow();
  expect(() => requireConnection({ ...backend(), isVirtual: true }, subject)).not.toThrow();
});

it('a plan is accepted if all its requirements are met', () => {
  const plan = planWith({ kind: 'clock-skew', instance: 1, offset_ms: 1 }, { kind: 'promotion', replica: 'replica-1' });
  const able = { ...subject, capabilities: ['clock-skew'] } as const;
  expect(() => requireSupport(plan, backend('replicas', 'promotion'), able)).not.toThrow();
});
