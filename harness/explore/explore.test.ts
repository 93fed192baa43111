import { describe, expect, it } from 'vitest';
import { planSpace } from '../plan/arbitraries.ts';
import { parsePlan } from '../plan/plan.ts';
import { manualClock, settle } from '../recording/virtual.test-support.ts';
import { explore, type ExploreOptions, type SearchWorker } from './explore.ts';
import { fakeSimulate } from './fake.test-support.ts';
import { createSearcher } from './search-job.ts';
import type { SearchOptions } from './search.ts';

const search: SearchOptions = {
  variations: planSpace(),
  seed: 3,
  simulate: fakeSimulate,
  properties: ['monotonic-view'],
};
const sound: SearchOptions = { ...search, properties: ['monotonic-commits'] };

/** A worker that takes the given number of turns of the event loop for each chunk. */
function slowWorker(options: SearchOptions, turns: (chunk: number) => number): SearchWorker & { closed: number } {
  const searcher = createSearcher(options);
  const worker = {
    closed: 0,
    async search(chunk: number, runs: number) {
      for (let i = 0; i < turns(chunk); i++) await settle();
      return searcher.search(chunk, runs);
    },
    shrink: async (...args: Parameters<SearchWorker['shrink']>) => searcher.shrink(...args),
    close: () => void (worker.closed += 1),
  };
  return worker;
}

function exploring(workers: readonly SearchWorker[], overrides: Partial<ExploreOptions> = {}) {
  const signal = new AbortController().signal;
  return explore({ workers, runs: 1_000, clock: manualClock(), onProgress: () => undefined, signal, ...overrides });
}

describe('an exploration', () => {
  it('finds and shrinks the same plan with one worker and with three of different speed', async () => {
    const { runs, found, coverage } = await exploring([slowWorker(search, () => 0)]);
    const workers = [5, 0, 2].map((speed) => slowWorker(search, (chunk) => speed + (chunk % 2)));
    expect(await exploring(workers)).toMatchObject({ runs, found, coverage });
    expect(found).toMatchObject({ isShrunk: true, failing: { kind: 'violation', what: 'monotonic-view' } });
    expect(found!.minimal.faults).toHaveLength(2);
    expect(workers.every(({ closed }) => closed > 0)).toBe(true);
  });

  it('tries exactly the given number of plans if nothing is found', async () => {
    const explored = await exploring([slowWorker(sound, () => 0), slowWorker(sound, () => 1)], { runs: 130 });
    expect(explored).toMatchObject({ runs: 130, found: undefined, isInterrupted: false });
  });

  it('ends when the time is up', async () => {
    const clock = manualClock();
    const passing: SearchWorker = {
      ...slowWorker(sound, () => 0),
      search: async (chunk, runs) => {
        await clock.advance(100);
        return { chunk, runs, coverage: {}, pairs: [], untested: 0 };
      },
    };
    const explored = await exploring([passing], { runs: undefined, timeMs: 1_000, clock });
    expect(explored).toMatchObject({ runs: 500, elapsedMs: 1_000, runsPerSecond: 500 });
  });

  it('keeps its counterexample if it is interrupted while shrinking', async () => {
    const stop = new AbortController();
    const searcher = createSearcher(search);
    const worker: SearchWorker = {
      ...slowWorker(search, () => 0),
      shrink(find, onSmaller) {
        onSmaller({ ...find.plan, seed: 77 });
        stop.abort();
        return new Promise(() => undefined);
      },
      search: async (...args) => searcher.search(...args),
    };
    const { found, isInterrupted } = await exploring([worker], { signal: stop.signal });
    expect(isInterrupted).toBe(true);
    expect(found).toMatchObject({ isShrunk: false, minimal: { seed: 77 } });
  });

  it('ends at once if it is interrupted while a worker is busy', async () => {
    const stop = new AbortController();
    const busy: SearchWorker = { ...slowWorker(sound, () => 0), search: () => new Promise(() => undefined) };
    const exploration = exploring([busy], { signal: stop.signal });
    stop.abort();
    expect(await exploration).toMatchObject({ runs: 0, found: undefined, isInterrupted: true });
  });

  it('rejects with the error of a worker that fails', async () => {
    const failing: SearchWorker = {
      ...slowWorker(sound, () => 0),
      search: () => Promise.reject(new Error('no subject')),
    };
    await expect(exploring([failing])).rejects.toThrow('no subject');
  });

  /** A worker with a find in these chunks: how it fails, and under how many other timings. */
  function workerWith(
    finds: Record<number, { kind: 'violation' | 'broken'; steadiness: number; surviving?: string[] }>,
  ) {
    const worker: SearchWorker = {
      search: async (chunk, runs) => {
        const failing = finds[chunk] && { kind: finds[chunk].kind, what: `of chunk ${chunk}` };
        const find = failing && { chunk, plan: parsePlan(SMALL, 'test'), failing };
        return { chunk, runs, coverage: {}, pairs: [], untested: 0, ...(find === undefined ? {} : { find }) };
      },
      shrink: async ({ chunk, plan }) => {
        const { steadiness, surviving } = finds[chunk]!;
        return { plan, runs: 1, steadiness, ...(surviving === undefined ? {} : { surviving }) };
      },
      close: () => undefined,
    };
    return worker;
  }

  it.each([
    ['a steady find ends it', { 1: 4, 2: 4 }, 1, 100],
    ['after one that depends on exact timing it goes on, to a steady one', { 1: 2, 3: 4 }, 3, 200],
    ['and reports the steadiest, the earliest of several', { 1: 1, 3: 3, 4: 3 }, 3, 250],
    ['but not for long', { 1: 2, 9: 4 }, 1, 400],
  ])('%s', async (_, steadiness, chunk, runs) => {
    const finds = Object.entries(steadiness).map(([at, number]) => [at, { kind: 'violation', steadiness: number }]);
    for (const number of [1, 3]) {
      const workers = Array.from({ length: number }, () => workerWith(Object.fromEntries(finds)));
      expect(await exploring(workers)).toMatchObject({ runs, found: { chunk } });
    }
  });

  it('reports a run that broke only if no property is violated', async () => {
    const broken = { kind: 'broken', steadiness: 0 } as const;
    const violation = { kind: 'violation', steadiness: 4 } as const;
    expect(await exploring([workerWith({ 0: broken, 4: violation })])).toMatchObject({ found: { chunk: 4 } });
    expect(await exploring([workerWith({ 0: broken })])).toMatchObject({ found: { chunk: 0 } });
  });

  it('reports a find that needs what earlier runs have left as state that survives', async () => {
    const { found } = await exploring([workerWith({ 2: { kind: 'violation', steadiness: 0, surviving: ['cache'] } })]);
    expect(found?.failing).toEqual({ kind: 'broken', what: 'state survives between runs: globalThis.cache' });
  });
});

const SMALL = {
  plan: 1,
  scenario: 'small',
  seed: 1,
  generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 10 }] }],
  observers: [],
  properties: ['monotonic-view'],
};
