import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { parsePlan, parsePlanText, type PlanInput } from './plan.ts';

const minimal = (): PlanInput => ({
  plan: 1,
  scenario: 'tiny',
  seed: 1,
  generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 10, after_ms: 0 }] }],
  observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
  properties: ['monotonic-view'],
});

describe('parsePlan', () => {
  it('fills in the defaults', () => {
    const plan = parsePlan(minimal(), 'here');
    expect(plan.topology).toEqual({ replicas: 1, routing: 'get-to-replica', sticky_ms: 0, instances: 1 });
    const defaults = { channel: 'poll', polling: 'chained', expects: 'last-seen', display: 'subject' };
    expect(plan.observers[0]).toMatchObject(defaults);
    expect(plan.faults).toEqual([]);
  });

  it('reads its own output back unchanged', () => {
    const plan = parsePlan(minimal(), 'here');
    expect(parsePlanText(JSON.stringify(plan), 'there')).toEqual(plan);
  });

  it.each<[string, (plan: Record<string, any>) => void, string]>([
    ['a missing field', (plan) => delete plan['observers'][0].every_ms, 'the field observers.0.every_ms is missing'],
    ['an unknown channel', (plan) => (plan['observers'][0].channel = 'telepathy'), 'observers.0.channel'],
    ['an unknown display', (plan) => (plan['observers'][0].display = 'upside-down'), 'observers.0.display'],
    ['an unknown field', (plan) => (plan['speed'] = 2), 'Unrecognized key: "speed"'],
    [
      'a field that every object has',
      (plan) => Object.defineProperty(plan, '__proto__', { value: { speed: 2 }, enumerable: true }),
      'Unrecognized key: "__proto__"',
    ],
    [
      'such a field of the topology',
      (plan) => (plan['topology'] = JSON.parse('{"constructor":{"prototype":{"speed":2}}}')),
      'topology: Unrecognized key: "constructor"',
    ],
    ['an unknown version', (plan) => (plan['plan'] = 2), 'plan: '],
    [
      'a progress beyond 100',
      (plan) => (plan['generations'][0].steps[0].progress = 101),
      'generations.0.steps.0.progress',
    ],
    ['an unknown kind of fault', (plan) => (plan['faults'] = [{ kind: 'meteor' }]), 'faults.0.kind'],
    [
      'a code that no server closes a socket with',
      (plan) => {
        plan['observers'][0].channel = 'stream';
        plan['faults'] = [{ kind: 'stream-close', session: 'tab-1', from: { at_ms: 0 }, code: 1004 }];
      },
      'faults.0.code',
    ],
    ['a lag without its mode', (plan) => (plan['faults'] = [{ kind: 'lag', replica: 'replica-1' }]), 'faults.0.mode'],
    [
      'a replica that the topology lacks',
      (plan) => (plan['faults'] = [{ kind: 'lag', mode: 'paused', replica: 'replica-2' }]),
      'faults.0: replica-2 does not exist: topology.replicas is 1',
    ],
    [
      'a read sent to a replica that the topology lacks',
      (plan) => (plan['faults'] = [{ kind: 'http-route', match: { actor: 'tab-1', nth: 2 }, to: 'replica-2' }]),
      'faults.0: replica-2 does not exist: topology.replicas is 1',
    ],
    [
      'a clock of an instance that the topology lacks',
      (plan) => (plan['faults'] = [{ kind: 'clock-skew', instance: 2, offset_ms: 1 }]),
      'faults.0: instance 2 does not exist: topology.instances is 1',
    ],
    [
      'a fault on an unknown actor',
      (plan) => (plan['faults'] = [{ kind: 'http-drop', match: { actor: 'worker-9' } }]),
      'faults.0: no worker or session is called worker-9',
    ],
    ['an instance that the topology lacks', (plan) => (plan['observers'][0].instance = 2), 'instance 2 does not exist'],
    [
      'two actors with one name',
      (plan) => (plan['observers'][0].session = 'worker-1'),
      'two actors are called worker-1',
    ],
    [
      'a moment of neither kind',
      (plan) => (plan['observers'][0].start = { soon: true }),
      'the field observers.0.start.at_ms is missing',
    ],
  ])('rejects %s in one line that names it', (_, spoil, message) => {
    const input = structuredClone(minimal()) as Record<string, unknown>;
    spoil(input);
    const refusal = () => parsePlan(input, 'plan.json');
    expect(refusal).toThrow(UsageError);
    expect(refusal).toThrow(`plan.json: ${message}`);
    expect(refusal).not.toThrow(/\n/);
  });

  it('rejects text that is not JSON, naming the file', () => {
    expect(() => parsePlanText('{"plan":', 'broken.json')).toThrow(/^broken\.json: not JSON: /);
  });
});
