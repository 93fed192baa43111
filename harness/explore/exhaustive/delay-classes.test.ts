import { describe, expect, it } from 'vitest';
import { DELAY_MS_MAX, delaysOf, delaysPast, delaysWithin } from './delay-classes.ts';
import { fakeBase, fakeProbe } from './fake-probe.test-support.ts';
import type { Probe } from './probe.ts';

const probe = fakeProbe()(fakeBase);
const commit = (ms: number, generation: number) => ({ at: ms * 1e6, key: 's', generation, progress: 50 });
const read = (ms: number, session: string) => ({ at: ms * 1e6, session, key: 's', servedBy: 'replica-1' });
const ofTab = { actor: 'tab-1', operation: 'tab-1#1', at: 100e6 };
const ofWorker = { actor: 'worker-1', operation: 'worker-1#1', at: 100e6 };

function probeWith(parts: Partial<Probe>): Probe {
  return { ...probe, commits: [], reads: [], timers: [], ...parts };
}

describe('the delays of a request', () => {
  it('pass each later commit of the story, by a little', () => {
    const commits = [commit(50, 1), commit(130, 1), commit(180, 1)];
    expect(delaysOf(probeWith({ commits }), ofTab)).toEqual([32, 82]);
  });

  it('pass the timers of the same operation, and no others', () => {
    const timer = { actor: 'tab-1', operation: 'tab-1#1', madeAt: 99e6, dueAt: 5_100e6 };
    const timers = [
      timer,
      { ...timer, operation: 'tab-1#2', dueAt: 900e6 },
      { ...timer, actor: 'tab-2', dueAt: 800e6 },
    ];
    expect(delaysOf(probeWith({ timers }), ofTab)).toEqual([5_002]);
  });

  it('of a worker do not pass commits that wait for it, unless the run shows that they did not', () => {
    const commits = [commit(130, 1), commit(200, 2)];
    expect(delaysOf(probeWith({ commits }), ofWorker)).toEqual([102]);
    expect(delaysWithin(probeWith({ commits }), ofWorker)).toEqual([32, 102]);
    const later = [commit(130, 1), commit(150 + DELAY_MS_MAX, 1)];
    expect(delaysWithin(probeWith({ commits: later }), ofWorker)).toEqual([32]);
  });

  it('of a worker pass the first read of each tab between two commits of others', () => {
    const reads = [read(110, 'tab-1'), read(120, 'tab-2'), read(150, 'tab-1'), read(230, 'tab-1'), read(260, 'tab-1')];
    expect(delaysOf(probeWith({ reads, commits: [commit(200, 2)] }), ofWorker)).toEqual([12, 22, 102, 132]);
  });

  it('pass several events at once that are too close together, and are never as long as the limit', () => {
    expect(delaysPast([10e6, 12e6, 14e6, 30e6], 0)).toEqual([16, 32]);
    expect(delaysPast([DELAY_MS_MAX * 1e6, 5e6], 0)).toEqual([7]);
  });
});
