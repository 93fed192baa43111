import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../errors.ts';
import { incompleteMark } from '../history/marks.ts';
import { planSpace } from '../plan/arbitraries.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import { fakeSimulate, outcomeOf } from './fake.test-support.ts';
import { createSearcher } from './search-job.ts';
import type { Simulate } from './trial.ts';
import { CHUNK_RUNS, searchChunk, type ChunkResult, type SearchOptions } from './search.ts';

const options = (overrides: Partial<SearchOptions> = {}): SearchOptions => ({
  variations: planSpace(),
  seed: 1,
  simulate: fakeSimulate,
  properties: ['monotonic-view'],
  ...overrides,
});

function firstFind(search: SearchOptions): ChunkResult {
  for (let chunk = 0; chunk < 200; chunk++) {
    const result = searchChunk(search, chunk, CHUNK_RUNS);
    if (result.find !== undefined) return result;
  }
  throw new Error('nothing was found');
}

describe('a search', () => {
  it('finds the same plan whenever a chunk is searched', () => {
    const [first, second] = [7, 7].map((seed) => firstFind(options({ seed })));
    expect(second).toEqual(first);
    expect(firstFind(options({ seed: 8 })).find?.plan).not.toEqual(first?.find?.plan);
  });

  it('counts the plans and the kinds of deviations that it tried', () => {
    const { runs, coverage, find } = searchChunk(
      options({
        properties: ['integrity'],
        variations: planSpace({ deviations: ['stall', 'http-drop'] }),
        simulate: () => outcomeOf([]),
      }),
      0,
      40,
    );
    expect({ runs, find }).toEqual({ runs: 40, find: undefined });
    expect(Object.keys(coverage).sort()).toEqual(['http-drop', 'stall']);
  });

  it('counts a plan that stalls because nothing is tested, and does not find it', () => {
    const stopped = (reason: Error) => () => ({
      ...outcomeOf([{ index: 0, time: 0, ...incompleteMark(reason) }]),
      incomplete: reason,
    });
    const search = (code: string) =>
      searchChunk(options({ simulate: stopped(new EnvironmentError(code, 'it did not end')) }), 0, 40);
    expect(search('run-stalled')).toMatchObject({
      runs: 40,
      untested: 40,
      untestedReason: expect.stringContaining('tab-1 never asked for a progress'),
    });
    expect(search('run-stalled').find).toBeUndefined();
    expect(search('run-timeout').find?.failing).toEqual({ kind: 'broken', what: 'run-timeout' });
  });

  it('throws the error of a simulation', () => {
    const simulate = (): never => {
      throw new Error('no such subject');
    };
    expect(() => searchChunk(options({ simulate }), 0, 5)).toThrow('no such subject');
  });

  it('shrinks a find to one story, one tab and two deviations', () => {
    // Of a dozen short generations, as many remain as one poll is late by.
    const variations = planSpace({ generationsMax: 3 });
    for (let seed = 1; seed <= 15; seed++) {
      const search = options({ seed, variations });
      const { find } = firstFind(search);
      const { plan } = createSearcher(search).shrink(find!, () => undefined);
      expect(summary(plan)).toEqual({ stories: 1, tabs: 1, generations: 1, deviations: 2 });
    }
  });

  it('makes steps quicker together with the polls that faults match, where neither alone violates the property', () => {
    const slow = parsePlan(
      {
        plan: 1,
        scenario: 'slow',
        seed: 1,
        topology: { replicas: 1, routing: 'primary-only' },
        generations: [
          { worker: 'worker-1', story: 'story-1', steps: [50, 100].map((progress) => ({ progress, after_ms: 3_200 })) },
        ],
        observers: [{ session: 'tab-1', story: 'story-1', every_ms: 1_000 }],
        faults: [
          { kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: 4_000 },
          { kind: 'http-route', match: { actor: 'tab-1', method: 'GET', nth: 8 }, to: 'replica-1' },
        ],
        properties: ['monotonic-view'],
      },
      'the slow plan',
    );
    const find = { chunk: 0, plan: slow, failing: { kind: 'violation', what: 'monotonic-view' } } as const;
    const { plan } = createSearcher(options()).shrink(find, () => undefined);
    const longestMs = Math.max(...plan.generations.flatMap(({ steps }) => steps.map((step) => step.after_ms)));
    expect(longestMs).toBeLessThanOrEqual(800);
  });

  it('holds a replica at the violated story where it was held at another one, which is not needed then', () => {
    const plan = parsePlan(
      {
        plan: 1,
        scenario: 'two-stories',
        seed: 1,
        topology: { replicas: 1, routing: 'primary-only' },
        generations: ['story-1', 'story-2'].map((story, at) => ({
          worker: `worker-${at + 1}`,
          story,
          steps: [50, 100].map((progress) => ({ progress, after_ms: 500 })),
        })),
        observers: [{ session: 'tab-1', story: 'story-1', every_ms: 200 }],
        faults: [
          { kind: 'lag', mode: 'exact', replica: 'replica-1', hold_at: { key: 'story-2', progress: 0 } },
          { kind: 'http-route', match: { actor: 'tab-1', method: 'GET', nth: 5 }, to: 'replica-1' },
        ],
        properties: ['monotonic-view'],
      },
      'the plan',
    );
    const find = { chunk: 0, plan, failing: { kind: 'violation', what: 'monotonic-view' } } as const;
    const smaller: Plan[] = [];
    const { plan: smallest } = createSearcher(options()).shrink(find, (each) => smaller.push(each));
    expect(summary(smallest)).toEqual({ stories: 1, tabs: 1, generations: 1, deviations: 2 });
    // At once, and not when the plan with both stories has been shrunk.
    expect(summary(smaller[0]!)).toMatchObject({ stories: 1, deviations: 2 });
  });

  it('runs each smaller plan once, however often it is cut to it', () => {
    for (let seed = 1; seed <= 15; seed++) {
      const ran: string[] = [];
      const simulate: Simulate = (plan, isEnough) => {
        if (isEnough !== undefined) ran.push(JSON.stringify(plan));
        return fakeSimulate(plan);
      };
      const search = options({ seed, simulate });
      createSearcher(search).shrink(firstFind(search).find!, () => undefined);
      expect(ran.length).toBeGreaterThan(0);
      expect(new Set(ran).size).toBe(ran.length);
    }
  });

  it('finds, and shrinks to, only plans that count', () => {
    const isEvidence = ({ observers }: Plan): boolean => observers.length > 1;
    const search = options({ isEvidence });
    const { find } = firstFind(search);
    const { plan } = createSearcher(search).shrink(find!, () => undefined);
    const unlimited = createSearcher(options()).shrink(find!, () => undefined);
    expect([find!.plan, plan, unlimited.plan].map(isEvidence)).toEqual([true, true, false]);
    const never = searchChunk(options({ isEvidence: () => false }), 0, CHUNK_RUNS);
    expect(never).toMatchObject({ runs: CHUNK_RUNS });
    expect(never.find).toBeUndefined();
  });

  it('names the first event that differs between two runs of one plan', () => {
    let runs = 0;
    const simulate = (plan: Plan) => {
      const outcome = fakeSimulate(plan);
      const events = outcome.history.events.map((event) => (event.index === 3 ? { ...event, run: runs } : event));
      runs += 1;
      return outcomeOf(events);
    };
    const { find } = searchChunk(options({ simulate, checkDeterminism: true }), 0, 20);
    expect(find?.failing.kind).toBe('mismatch');
    expect(find?.failing.what).toMatch(
      /^two runs of one plan differ from event 3 on: the first has .*"run":0.*, the second has .*"run":1/,
    );
  });
});

function summary({ generations, observers, faults }: Plan) {
  const stories = new Set([...generations, ...observers].map(({ story }) => story)).size;
  return { stories, tabs: observers.length, generations: generations.length, deviations: faults.length };
}
