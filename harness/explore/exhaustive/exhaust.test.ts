import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../plan/plan.ts';
import { manualClock, settle } from '../../recording/virtual.test-support.ts';
import type { Failing } from '../trial.ts';
import { Enumerator } from './enumerator.ts';
import { exhaust, type ExhaustiveWorker, type ExhaustOptions, type Exhausted } from './exhaust.ts';
import { fakeBase, fakeProbe } from './fake-probe.test-support.ts';
import { savedIn, unsaved } from './saved-batches.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-exhaust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface FakeWorker extends ExhaustiveWorker {
  /** Plans with two deviations that it has tried. */
  seconds: number;
}

/** A worker that takes some turns of the event loop for each call. */
function worker(fails: (plan: Plan) => Failing | undefined = () => undefined, turns = 0): FakeWorker {
  const enumerator = new Enumerator({
    base: fakeBase,
    capabilitiesOf: () => ({ steps: true, rerun: true, restart: true, skew: true }),
    run: fakeProbe(fails),
  });
  const slowly = async <T>(work: () => T): Promise<T> => {
    for (let turn = 0; turn < turns; turn++) await settle();
    return work();
  };
  const counted: FakeWorker = {
    seconds: 0,
    facts: () => slowly(() => enumerator.facts()),
    first: (...args) => slowly(() => enumerator.first(...args)),
    second: (units) =>
      slowly(() => {
        const tried = units.map((unit) => enumerator.second(unit));
        counted.seconds += tried.reduce((sum, { runs }) => sum + runs, 0);
        return tried;
      }),
  };
  return counted;
}

function exhausting(workers: readonly ExhaustiveWorker[], overrides: Partial<ExhaustOptions> = {}): Promise<Exhausted> {
  return exhaust({
    workers,
    base: fakeBase,
    deviationsMax: 2,
    shard: { number: 1, of: 1 },
    saved: unsaved,
    clock: manualClock(),
    onBase: () => undefined,
    onEstimate: async () => undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...overrides,
  });
}

/** Fails with a lost request of the worker and any fault of a replica. */
function isUnlucky({ faults }: Plan): Failing | undefined {
  const kinds = faults.map(({ kind }) => kind);
  const isLost = kinds.includes('http-drop') && kinds.includes('lag');
  return isLost ? { kind: 'violation', what: 'monotonic-view' } : undefined;
}

describe('an exhaustive search', () => {
  it('tries all plans, and counts them', async () => {
    const one = worker();
    const all = await exhausting([one]);
    expect(all).toMatchObject({ found: undefined, untested: 0, broken: 0, isInterrupted: false });
    expect(all.tried).toBe(all.plans);
    expect(all.plansOfAll).toBe(all.plans);
    const firsts = Object.values(all.alphabet).reduce((sum, count) => sum + count, 0);
    expect(all.tried).toBe(1 + firsts + one.seconds);
    expect(all.distinctTraces).toBeGreaterThan(1);
    const alone = await exhausting([worker()], { deviationsMax: 1 });
    expect(alone).toMatchObject({ plans: 1 + firsts, tried: 1 + firsts, alphabet: all.alphabet });
  });

  it('has the same result with one, two and three workers of different speed', async () => {
    for (const fails of [() => undefined, isUnlucky]) {
      const results = await Promise.all(
        [[0], [3, 0], [0, 7, 2]].map((speeds) => exhausting(speeds.map((turns) => worker(fails, turns)))),
      );
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('finds a plan that needs both deviations, and none with one', async () => {
    const { found, tried, plans } = await exhausting([worker(isUnlucky)]);
    expect(found).toMatchObject({ failing: { what: 'monotonic-view' } });
    expect(isUnlucky(found!.plan)).toBeDefined();
    expect(tried).toBeLessThan(plans!);
    expect((await exhausting([worker(isUnlucky)], { deviationsMax: 1 })).found).toBeUndefined();
  });

  it.each([1, 2] as const)(
    'has shards without a common plan, together all, with %i deviations',
    async (deviationsMax) => {
      const whole = await exhausting([worker()], { deviationsMax });
      const shards = await Promise.all(
        [1, 2, 3].map((number) => exhausting([worker()], { deviationsMax, shard: { number, of: 3 } })),
      );
      expect(shards.reduce((sum, { tried }) => sum + tried, 0)).toBe(whole.tried);
      expect(shards.every(({ tried, plans }) => tried === plans && tried < whole.tried)).toBe(true);
      if (deviationsMax === 2)
        expect(shards.map(({ plansOfAll }) => plansOfAll)).toEqual(Array(3).fill(whole.plansOfAll));
    },
  );

  it('finds in some shard what it finds in the whole', async () => {
    const shards = await Promise.all(
      [1, 2, 3].map((number) => exhausting([worker(isUnlucky)], { shard: { number, of: 3 } })),
    );
    const whole = await exhausting([worker(isUnlucky)]);
    expect(shards.map(({ found }) => found?.plan)).toContainEqual(whole.found?.plan);
  });

  it('counts plans that cannot be judged, and finds a violation after them', async () => {
    const breaks = (plan: Plan): Failing | undefined =>
      plan.faults.some(({ kind }) => kind === 'clock-skew') ? { kind: 'broken', what: 'run-timeout' } : undefined;
    const broken = await exhausting([worker(breaks)]);
    expect(broken.broken).toBeGreaterThan(0);
    expect(broken.found?.failing).toEqual({ kind: 'broken', what: 'run-timeout' });
    const both = await exhausting([worker((plan) => isUnlucky(plan) ?? breaks(plan))]);
    expect(both.found?.failing.kind).toBe('violation');
  });

  it('continues from its file after it was interrupted, with the same result', async () => {
    const whole = await exhausting([worker()]);
    const file = join(folder, 'progress.ndjson');
    const stop = new AbortController();
    const interrupted = await exhausting([worker()], {
      saved: savedIn(file, false),
      signal: stop.signal,
      onProgress: ({ tried, plans }) => plans !== undefined && tried > plans / 2 && stop.abort(),
    });
    expect(interrupted).toMatchObject({ isInterrupted: true, plans: whole.plans });
    expect(interrupted.tried).toBeLessThan(whole.tried);
    // A process that is killed may leave half a line.
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -10));
    const next = worker();
    const resumed = await exhausting([next], { saved: savedIn(file, true) });
    expect(resumed).toEqual(whole);
    expect(next.seconds).toBeLessThan(whole.tried / 2 + 500);
    expect(next.seconds).toBeGreaterThan(0);
  });

  it('does not use the file of an application that behaves differently', async () => {
    const file = join(folder, 'other.ndjson');
    writeFileSync(file, '{"exhaustive":"another"}\n{"batch":0,"tried":[]}\n');
    const whole = await exhausting([worker()]);
    expect(await exhausting([worker()], { saved: savedIn(file, true) })).toEqual(whole);
  });

  it('gives an estimate before it tries the plans, and can be refused', async () => {
    let estimate = 0;
    const { plans } = await exhausting([worker()], { onEstimate: async (count) => void (estimate = count) });
    expect(estimate).toBeGreaterThan(plans! / 3);
    expect(estimate).toBeLessThan(plans! * 3);
    const one = worker();
    const refused = exhausting([one], { onEstimate: () => Promise.reject(new Error('too many')) });
    await expect(refused).rejects.toThrow('too many');
    expect(one.seconds).toBe(0);
  });

  it('ends at once when it is interrupted, although a worker never answers', async () => {
    const stop = new AbortController();
    const silent: ExhaustiveWorker = { ...worker(), first: () => new Promise(() => undefined) };
    const search = exhausting([silent], { signal: stop.signal });
    await settle();
    stop.abort();
    expect(await search).toMatchObject({ isInterrupted: true, plans: undefined });
  });
});
