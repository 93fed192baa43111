import { describe, expect, it } from 'vitest';
import type { StreamTargets } from '../port/stream.ts';
import type { Commit, ReplicaNode } from '../port/backend.ts';
import { Fault } from '../faults/fault-registry.ts';
import type { ClaimableRequest } from '../gateway/claim.ts';
import type { FaultTargets } from '../port/fault-targets.ts';
import { createMoments } from '../recording/moments.ts';
import { createNemesis } from './nemesis.ts';
import { manualClock, quietRecorder, settle } from '../recording/virtual.test-support.ts';

function setUp(...inputs: unknown[]) {
  const clock = manualClock();
  const recorder = quietRecorder(clock);
  const calls: string[] = [];
  const appClock = { offsetMs: 0 };
  const listeners = new Set<(commit: Commit) => void>();
  const replica = {
    name: 'replica-1',
    pause: async () => void calls.push('pause'),
    holdAt: async (lsn: string) => void calls.push(`hold at ${lsn}`),
    delay: async (ms: number) => void calls.push(`delay ${ms}`),
    resume: async () => void calls.push('resume'),
  } as unknown as ReplicaNode;
  const targets: FaultTargets = {
    replica: () => replica,
    router: { setInRotation: (name, isIn) => void calls.push(`${name} ${isIn ? 'in' : 'out'}`) },
    appClock: () => appClock,
    promote: undefined,
    primaryLsn: async () => '0/10',
    onCommit: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    intercept: () => () => undefined,
    tab: (session) => ({
      reload: () => void calls.push(`${session} reloads`),
      moveTo: (instance) => void calls.push(`${session} moves to ${instance}`),
      navigateTo: (story) => void calls.push(`${session} goes to ${story}`),
      refetch: (how) => void calls.push(`${session}: ${how}`),
      cancelFetch: () => void calls.push(`${session} cancels`),
    }),
    caches: {
      purge: (place, pop) => void calls.push(`${place} ${pop} purged`),
      route: (session, pop) => void calls.push(`${session} through ${pop}`),
    },
    streams: {} as StreamTargets,
    haveOwnSteps: false,
    createRow: async (story) => void calls.push(`row of ${story}`),
    restartInstance: async (instance, downMs) => void calls.push(`instance ${instance} down for ${downMs}`),
  };
  const faults = inputs.map((input) => Fault.parse(input));
  const nemesis = createNemesis(faults, targets, createMoments(clock, recorder), recorder);
  const commit = async (progress: number, lsn: string) => {
    for (const listener of listeners) listener({ key: 's', generation: 1, progress, status: undefined, lsn });
    await settle();
  };
  return { clock, recorder, calls, targets, appClock, nemesis, commit, signal: new AbortController().signal };
}

const lag = { kind: 'lag', replica: 'replica-1' };

describe('a fault without duration', () => {
  it.each([
    [{ kind: 'tab-reload', session: 'tab-1' }, 'tab-1 reloads'],
    [{ kind: 'tab-move', session: 'tab-1', instance: 2 }, 'tab-1 moves to 2'],
    [{ kind: 'instance-restart', instance: 2, down_ms: 70 }, 'instance 2 down for 70'],
    [{ kind: 'tab-refetch', session: 'tab-1' }, 'tab-1: join'],
    [{ kind: 'tab-refetch', session: 'tab-1', how: 'cancel-and-refetch' }, 'tab-1: cancel-and-refetch'],
    [{ kind: 'tab-refetch', session: 'tab-1', how: 'cancel' }, 'tab-1 cancels'],
    [{ kind: 'cache-purge', cache: 'edge', pop: 2 }, 'edge 2 purged'],
  ])('is over when it is done: %j', async (fault, expected) => {
    const { clock, nemesis, calls, recorder, signal } = setUp({ ...fault, from: { at_ms: 20 } });
    await nemesis.begin(signal);
    expect(calls).toEqual([]);
    await clock.advance(21);
    expect(calls).toEqual([expected]);
    await nemesis.heal();
    expect(calls).toEqual([expected]);
    expect(recorder.history.events).toMatchObject(
      ['begin', 'end'].map((phase) => ({ f: 'fault', fault: fault.kind, phase })),
    );
  });
});

describe('a fault with a duration', () => {
  it.each([
    [{ ...lag, mode: 'paused' }, ['pause', 'resume']],
    [{ ...lag, mode: 'timed', delay_ms: 70 }, ['delay 70', 'resume']],
    [{ kind: 'out-of-rotation', replica: 'replica-1' }, ['replica-1 out', 'replica-1 in']],
    [{ kind: 'edge-pop', session: 'tab-1', pop: 2 }, ['tab-1 through 2', 'tab-1 through undefined']],
  ])('applies before the run begins and ends with it: %j', async (fault, expected) => {
    const { nemesis, calls, recorder, signal } = setUp(fault);
    await nemesis.begin(signal);
    expect(calls).toEqual(expected.slice(0, 1));
    await nemesis.heal();
    expect(calls).toEqual(expected);
    expect(recorder.history.events.map((event) => [event['fault'], event['phase']])).toEqual([
      [fault.kind, 'begin'],
      [fault.kind, 'end'],
    ]);
  });

  it('changes the clock of an instance, and restores it', async () => {
    const { nemesis, appClock, signal } = setUp({ kind: 'clock-skew', instance: 1, offset_ms: -500 });
    await nemesis.begin(signal);
    expect(appClock.offsetMs).toBe(-500);
    await nemesis.heal();
    expect(appClock.offsetMs).toBe(0);
  });

  it('begins and ends at its moments', async () => {
    const { clock, nemesis, calls, signal } = setUp({
      ...lag,
      mode: 'paused',
      from: { at_ms: 20 },
      until: { at_ms: 50 },
    });
    await nemesis.begin(signal);
    await clock.advance(19);
    expect(calls).toEqual([]);
    await clock.advance(2);
    expect(calls).toEqual(['pause']);
    await clock.advance(30);
    await settle();
    expect(calls).toEqual(['pause', 'resume']);
    await nemesis.heal();
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('that never started does not end', async () => {
    const { nemesis, calls, recorder, signal } = setUp({ ...lag, mode: 'paused', from: { after: { f: 'show' } } });
    await nemesis.begin(signal);
    await nemesis.heal();
    expect(calls).toEqual([]);
    expect(recorder.history.events).toEqual([]);
  });

  it('holds a replica exactly at a commit by opening the gate no further', async () => {
    const { nemesis, calls, commit, signal } = setUp({ ...lag, mode: 'exact', hold_at: { key: 's', progress: 40 } });
    await nemesis.begin(signal);
    await commit(10, '0/20');
    await commit(40, '0/30');
    await commit(85, '0/40');
    expect(calls).toEqual(['hold at 0/10', 'hold at 0/20', 'hold at 0/30']);
    await nemesis.heal();
    expect(calls.at(-1)).toBe('resume');
  });

  it('holds a replica at the last commit up to a progress that the application never has', async () => {
    const { nemesis, targets, calls, commit, signal } = setUp({
      ...lag,
      mode: 'exact',
      hold_at: { key: 's', progress: 40 },
    });
    Object.assign(targets, { haveOwnSteps: true });
    await nemesis.begin(signal);
    await commit(30, '0/20');
    await commit(60, '0/30');
    await commit(35, '0/40');
    expect(calls).toEqual(['hold at 0/10', 'hold at 0/20']);
    await nemesis.heal();
    expect(calls.at(-1)).toBe('resume');
  });

  it('that cannot be injected ends the run', async () => {
    const { nemesis, signal } = setUp({ ...lag, mode: 'paused', replica: 'replica-1' });
    const broken = createNemesis(
      [Fault.parse({ ...lag, mode: 'paused' })],
      { replica: () => ({ pause: () => Promise.reject(new Error('no replay to pause')) }) } as unknown as FaultTargets,
      { until: async () => undefined, waits: new Set() },
      quietRecorder(manualClock()),
    );
    await expect(broken.begin(signal)).rejects.toThrow('no replay to pause');
    await nemesis.begin(signal);
  });
});

/** The kind of a claim. */
function told(claim: ReturnType<ReturnType<typeof createNemesis>['claim']>) {
  if (claim === undefined) return undefined;
  const { effect, ...fields } = claim.details;
  expect(effect).toEqual(expect.any(String));
  return { kind: claim.kind, ...fields };
}

describe('a request fault', () => {
  it('matches at the gateway by default, and at the edge if its match says so', () => {
    const match = { actor: 'tab-1', method: 'GET', nth: 1 };
    const { nemesis } = setUp({ kind: 'http-drop', match: { ...match, at: 'edge' } }, { kind: 'http-error', match });
    const request: Omit<ClaimableRequest, 'at'> = { actor: 'tab-1', method: 'GET', nth: 1, nthOfAll: 1 };
    expect(told(nemesis.claim({ at: 'edge', ...request }))).toEqual({ kind: 'http-drop', at: 'edge' });
    expect(told(nemesis.claim({ at: 'gateway', ...request }))).toEqual({ kind: 'http-error', status: 503 });
  });

  it.each([
    [{ kind: 'http-drop' }, { kind: 'http-drop' }],
    [{ kind: 'http-lose-response' }, { kind: 'http-lose-response' }],
    [{ kind: 'http-error' }, { kind: 'http-error', status: 503 }],
    [
      { kind: 'http-delay', delay_ms: 5 },
      { kind: 'http-delay', delay_ms: 5, where: 'response' },
    ],
  ])('claims the request that it names: %j', (fault, inflicted) => {
    const { nemesis } = setUp({ ...fault, match: { actor: 'worker-1', method: 'PATCH', nth: 2 } });
    const claims = [
      { actor: 'worker-1', method: 'PATCH', nth: 1, nthOfAll: 2 },
      { actor: 'worker-1', method: 'GET', nth: 2, nthOfAll: 3 },
      { actor: 'worker-2', method: 'PATCH', nth: 2, nthOfAll: 2 },
      { actor: 'worker-1', method: 'PATCH', nth: 2, nthOfAll: 4 },
    ].map((request) => told(nemesis.claim({ at: 'gateway', ...request })));
    expect(claims).toEqual([undefined, undefined, undefined, inflicted]);
  });

  it('routes only reads: a write always goes to the primary', () => {
    const { nemesis } = setUp({ kind: 'http-route', match: { actor: 'tab-1', nth: 2 }, to: 'replica-1' });
    const claims = ['PATCH', 'GET'].map((method) =>
      told(nemesis.claim({ at: 'gateway', actor: 'tab-1', method, nth: 2, nthOfAll: 2 })),
    );
    expect(claims).toEqual([undefined, { kind: 'http-route', to: 'replica-1' }]);
  });

  it('ends when the faults heal, so that the final look is not claimed', async () => {
    const { nemesis } = setUp({ kind: 'http-drop', match: { actor: 'tab-1' } });
    const request: ClaimableRequest = { at: 'gateway', actor: 'tab-1', method: 'GET', nth: 1, nthOfAll: 1 };
    expect(told(nemesis.claim(request))).toEqual({ kind: 'http-drop' });
    await nemesis.heal();
    expect(nemesis.claim({ ...request, nth: 2, nthOfAll: 2 })).toBeUndefined();
  });

  it('without a method counts all requests of the actor', () => {
    const { nemesis } = setUp({ kind: 'http-drop', match: { actor: 'tab-1', nth: 3 } });
    const third = { at: 'gateway', actor: 'tab-1', method: 'GET', nth: 1, nthOfAll: 3 } as const;
    expect(told(nemesis.claim(third))).toEqual({ kind: 'http-drop' });
    expect(nemesis.claim({ ...third, nth: 3, nthOfAll: 4 })).toBeUndefined();
  });
});
