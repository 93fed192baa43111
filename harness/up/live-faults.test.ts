import { describe, expect, it } from 'vitest';
import type { Backend, Commit, ReplicaNode } from '../port/backend.ts';
import type { FaultRequest } from './control.ts';
import { LiveFaults } from './live-faults.ts';

/** Replicas that write down what is asked of them. */
function stage(replicas: readonly string[] = ['replica-1'], areCommitsTold = true) {
  const calls: string[] = [];
  const listeners = new Set<(commit: Commit) => void>();
  const replica = (name: string): ReplicaNode => ({
    name,
    lsn: async () => '0/1',
    rest: async () => ({ status: 200, headers: new Headers(), body: '{}' }),
    pause: async () => void calls.push(`${name} pause`),
    holdAt: async (lsn) => void calls.push(`${name} hold ${lsn}`),
    delay: async (milliseconds) => void calls.push(`${name} delay ${milliseconds}`),
    resume: async () => void calls.push(`${name} resume`),
  });
  const capabilities = ['lag-paused', 'lag-timed', 'lag-exact', 'out-of-rotation', 'http-faults'] as const;
  const faults = new LiveFaults({
    backend: { name: 'embedded', capabilities: new Set(capabilities) } as unknown as Backend,
    replicas,
    areCommitsTold,
    targets: {
      replica,
      router: { setInRotation: (name, inRotation) => void calls.push(`${name} ${inRotation ? 'in' : 'out'}`) },
      appClock: () => ({ offsetMs: 0 }),
      promote: undefined,
      primaryLsn: async () => '0/A',
      onCommit(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      intercept: () => () => undefined,
      tab: () => {
        throw new Error('there is no tab');
      },
      restartInstance: async () => undefined,
    },
  });
  const begin = (fault: FaultRequest, times?: number) =>
    faults.perform({ do: 'begin', fault, ...(times === undefined ? {} : { times }) });
  const commit = (progress: number) =>
    listeners.forEach((listener) =>
      listener({ key: 's', generation: 1, progress, status: undefined, lsn: `0/${progress}` }),
    );
  const ask = (method: string, actor?: string) =>
    faults.claim({ at: 'gateway', actor, method, nth: 7, nthOfAll: 9 })?.kind;
  return { faults, calls, begin, commit, ask };
}

const paused: FaultRequest = { kind: 'lag', mode: 'paused' };
const late: FaultRequest = { kind: 'lag', mode: 'timed', delay_ms: 5 };
const held: FaultRequest = { kind: 'lag', mode: 'exact', hold_at: { key: 's', progress: 10 } };
const error: FaultRequest = { kind: 'http-error' };

describe('a lag that is begun by hand', () => {
  it('is one of every replica unless one is named, and ends for those that are meant', async () => {
    const { faults, calls, begin } = stage(['replica-1', 'replica-2']);
    expect(await begin(paused)).toHaveLength(2);
    const left = await faults.perform({ do: 'clear', kind: 'lag', replica: 'replica-2' });
    expect(left).toMatchObject([{ id: 1, fault: { replica: 'replica-1' } }]);
    expect(calls).toEqual(['replica-1 pause', 'replica-2 pause', 'replica-2 resume']);
  });

  it('takes the place of the one before without letting the replica catch up', async () => {
    const { calls, begin } = stage();
    await begin(late);
    expect(await begin(paused)).toMatchObject([{ id: 2, fault: { mode: 'paused' } }]);
    expect(calls).toEqual(['replica-1 delay 5', 'replica-1 pause']);
  });

  it('that holds at a commit ends before another begins, and follows no commit then', async () => {
    const { calls, begin, commit } = stage();
    await begin(held);
    commit(5);
    await begin(late);
    commit(7);
    expect(calls).toEqual(['replica-1 hold 0/A', 'replica-1 hold 0/5', 'replica-1 resume', 'replica-1 delay 5']);
  });
});

describe('a fault of requests that is begun by hand', () => {
  it('applies to every request without an actor until it is cleared', async () => {
    const { faults, begin, ask } = stage();
    await begin(error);
    expect([ask('GET'), ask('PATCH'), ask('GET', 'worker-1')]).toEqual(['http-error', 'http-error', undefined]);
    expect(await faults.perform({ do: 'clear', ids: [1] })).toEqual([]);
    expect(ask('GET')).toBeUndefined();
  });

  it('applies to as many as were asked for, counted from then', async () => {
    const { faults, begin, ask } = stage();
    ask('PATCH');
    expect(await begin({ ...error, match: { method: 'PATCH' } }, 2)).toMatchObject([{ left: 2 }]);
    expect([ask('GET'), ask('PATCH'), ask('PATCH'), ask('PATCH')]).toEqual([
      undefined,
      'http-error',
      'http-error',
      undefined,
    ]);
    expect(await faults.perform({ do: 'list' })).toEqual([]);
  });

  it('applies to the n-th from then, even where another took the ones before', async () => {
    const { begin, ask } = stage();
    await begin(error, 1);
    await begin({ kind: 'http-delay', delay_ms: 1, match: { nth: 2 } });
    expect([ask('GET'), ask('GET'), ask('GET')]).toEqual(['http-error', 'http-delay', undefined]);
  });
});

describe('what cannot be begun is refused by name', () => {
  it.each<[what: string, fault: FaultRequest, message: string]>([
    ['an outage that the backend lacks', { kind: 'outage', how: 'freeze' }, 'cannot do what the fault outage needs'],
    ['a replica that is not there', { ...paused, replica: 'replica-2' }, 'there is no replica-2'],
    ['a field too many', { ...error, to: 'primary' }, 'Unrecognized key: "to"'],
    ['a fault of runs', { kind: 'tab-reload', session: 'tab-1' }, 'the fault tab-reload is for runs'],
    ['a field too few', { kind: 'http-delay' }, 'the field delay_ms is missing'],
  ])('%s', async (_, fault, message) => {
    await expect(stage().begin(fault)).rejects.toThrow(message);
  });

  it('a replica that nobody named where there are two, or none', async () => {
    const fault: FaultRequest = { kind: 'out-of-rotation' };
    await expect(stage(['replica-1', 'replica-2']).begin(fault)).rejects.toThrow('applies to one replica');
    await expect(stage([]).begin(fault)).rejects.toThrow('there is no replica');
  });

  it('a commit to hold at where commits are not told, and times of a fault that matches no request', async () => {
    await expect(stage(['replica-1'], false).begin(held)).rejects.toThrow('only where the table');
    await expect(stage().begin(paused, 2)).rejects.toThrow('times is for faults of requests');
  });

  it('a number of no fault', async () => {
    await expect(stage().faults.perform({ do: 'clear', ids: [3] })).rejects.toThrow('there is no fault 3');
  });
});
