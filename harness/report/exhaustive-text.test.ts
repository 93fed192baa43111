import { expect, it } from 'vitest';
import { parsePlan } from '../plan/plan.ts';
import type { ExhaustiveSearch, JudgedExploration } from '../port/reporter.ts';
import { describeExhaustiveProgress, statementOf } from './exhaustive-text.ts';

const plan = parsePlan(
  {
    plan: 1,
    scenario: 'mine',
    seed: 1,
    generations: [{ worker: 'worker-1', story: 's', steps: [{ progress: 100, after_ms: 1 }] }],
    observers: [],
    properties: ['monotonic-view', 'integrity'],
  },
  'test',
);
const search: ExhaustiveSearch = {
  deviationsMax: 2,
  base: 'one tab',
  plan,
  plans: 12_345,
  plansOfAll: 12_345,
  shard: { number: 1, of: 1 },
  distinctTraces: 99,
  idle: 0,
  broken: 0,
  leftOut: [],
  resume: undefined,
};

function statement(exploration: Partial<JudgedExploration>, exhaustive: Partial<ExhaustiveSearch> = {}): string {
  const judged = { valid: true, runs: 12_345, found: undefined, isInterrupted: false, ...exploration };
  return statementOf({ ...(judged as JudgedExploration), exhaustive: { ...search, ...exhaustive } });
}

const CLAIM = 'no violation of monotonic-view and integrity within 2 deviations of "one tab"';

it('claims all plans only if all were tried and judged', () => {
  expect(statement({})).toBe(`${CLAIM}: 12,345 plans, all tried`);
  expect(statement({ valid: 'unknown' })).toBe(`${CLAIM}: 12,345 plans, all tried, but not all judged`);
  expect(statement({ valid: 'unknown', isInterrupted: true, runs: 678 })).toBe(
    `${CLAIM} so far: interrupted after 678 of 12,345 plans`,
  );
  expect(statement({ valid: 'unknown', isInterrupted: true, runs: 6 }, { plans: undefined, deviationsMax: 1 })).toBe(
    'no violation of monotonic-view and integrity within 1 deviation of "one tab" so far: interrupted after 6 of uncounted plans',
  );
});

it('claims of a shard only its own plans', () => {
  const shard = { number: 2, of: 4 };
  expect(statement({ runs: 3_000 }, { plans: 3_000, shard })).toBe(
    `${CLAIM} in shard 2 of 4: 3,000 of 12,345 plans, all tried; the other shards are not included`,
  );
});

it('names the property that is violated', () => {
  const found = { failing: { kind: 'violation', what: 'integrity' } } as JudgedExploration['found'];
  expect(statement({ valid: false, runs: 23, found })).toBe(
    'integrity is violated within 2 deviations of "one tab": found after 23 of 12,345 plans',
  );
});

it('describes the progress with the time that is left', () => {
  expect(describeExhaustiveProgress({ tried: 5, plans: undefined, plansPerSecond: 54, leftMs: undefined })).toBe(
    'trying  5 plans with one deviation, 54 plans/s',
  );
  expect(describeExhaustiveProgress({ tried: 1_500, plans: 3_000, plansPerSecond: 375, leftMs: 4_000 })).toBe(
    'trying  1,500 of 3,000 plans, 375 plans/s, 4 s left',
  );
});
