import { describe, expect, it } from 'vitest';
import type { StreamTargets } from '../port/stream.ts';
import type { Backend, Commit, ReplicaNode } from '../port/backend.ts';
import type { FaultRequest } from './control.ts';
import { LiveFaults } from './live-faults.ts';

/** Replicas that log the calls of their methods. */
function stage(replicas: readonly string[] = ['replica-1'], areCommitsReported = true) {
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
    areCommitsReported,
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
      streams: {} as StreamTargets,
      haveOwnSteps: false,
      createRow: async () => undefined,
      caches: { purge: () => undefined, route: () => undefined },
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

describe('a lag', () => {
  it('applies to every replica unless one is named, and ends only for the named one', async () => {
    const { faults, calls, begin } = stage(['replica-1', 'replica-2']);
    expect(await begin(paused)).toHaveLength(2);
    const left = await faults.perform({ do: 'clear', kind: 'lag', replica: 'replica-2' });
    expect(left).toMatchObject([{ id: 1, fault: { replica: 'replica-1' } }]);
    expect(calls).toEqual(['replica-1 pause', 'replica-2 pause', 'replica-2 resume']);
  });

  it('replaces the earlier one without letting the replica catch up', async () => {
    const { calls, begin } = stage();
    await begin(late);
    expect(await begin(paused)).toMatchObject([{ id: 2, fault: { mode: 'paused' } }]);
    expect(calls).toEqual(['replica-1 delay 5', 'replica-1 pause']);
  });

  it('that holds at a commit ends before another starts, and then follows no commits', async () => {
    const { calls, begin, commit } = stage();
    await begin(held);
    commit(5);
    await begin(late);
    commit(7);
    expect(calls).toEqual(['replica-1 hold 0/A', 'replica-1 hold 0/5', 'replica-1 resume', 'replica-1 delay 5']);
  });
});

describe('a request fault', () => {
  it('applies to every request without an actor until it is cleared', async () => {
    const { faults, begin, ask } = stage();
    await begin(error);
    expect([ask('GET'), ask('PATCH'), ask('GET', 'worker-1')]).toEqual(['http-error', 'http-error', undefined]);
    expect(await faults.perform({ do: 'clear', ids: [1] })).toEqual([]);
    expect(ask('GET')).toBeUndefined();
  });

  it('applies to the given number of requests, counted from its start', async () => {
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

  it('applies to the n-th request from its start, even if another fault claimed earlier ones', async () => {
    const { begin, ask } = stage();
    await begin(error, 1);
    await begin({ kind: 'http-delay', delay_ms: 1, match: { nth: 2 } });
    expect([ask('GET'), ask('GET'), ask('GET')]).toEqual(['http-error', 'http-delay', undefined]);
  });
});

describe('an invalid command is refused with its reason', () => {
  it.each<[what: string, fault: FaultRequest, message: string]>([
    ['an outage that the backend lacks', { kind: 'outage', how: 'freeze' }, 'cannot do what the fault outage needs'],
    ['an unknown replica', { ...paused, replica: 'replica-2' }, 'no replica is called replica-2'],
    ['an unknown field', { ...error, to: 'primary' }, 'Unrecognized key: "to"'],
    ['a fault of runs', { kind: 'tab-reload', session: 'tab-1' }, 'the fault tab-reload only applies to runs'],
    ['a missing field', { kind: 'http-delay' }, 'the field delay_ms is missing'],
  ])('%s', async (_, fault, message) => {
    await expect(stage().begin(fault)).rejects.toThrow(message);
  });

  it('no replica name with two replicas, or with none', async () => {
    const fault: FaultRequest = { kind: 'out-of-rotation' };
    await expect(stage(['replica-1', 'replica-2']).begin(fault)).rejects.toThrow('applies to one replica');
    await expect(stage([]).begin(fault)).rejects.toThrow('the fault out-of-rotation needs a replica');
  });

  it('a lag that holds at a commit if commits are not reported, and times for a fault of replicas', async () => {
    await expect(stage(['replica-1'], false).begin(held)).rejects.toThrow('only if the tracked table');
    await expect(stage().begin(paused, 2)).rejects.toThrow('times applies only to request faults');
  });

  it('an unknown fault number', async () => {
    await expect(stage().faults.perform({ do: 'clear', ids: [3] })).rejects.toThrow('no fault has the number 3');
  });
});
