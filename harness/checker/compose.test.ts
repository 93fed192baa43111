import { expect, test } from 'vitest';
import { commit, historyOf, ok, progress, show } from '../history/history.test-support.ts';
import { judge } from './compose.ts';
import { properties } from './properties.ts';
import type { PropertyName } from './properties.ts';

const all = Object.keys(properties) as PropertyName[];
const upAndDown = [show('tab-1', progress(85)), show('tab-1', progress(10))];

test('an empty history violates no property', () => {
  expect(judge(historyOf([]), ['monotonic-view', 'integrity', 'convergence'])).toEqual({
    valid: true,
    verdicts: [
      { property: 'monotonic-view', valid: true, violations: [] },
      { property: 'integrity', valid: true, violations: [] },
      { property: 'convergence', valid: true, violations: [] },
    ],
  });
});

test('one unknown makes the judgement unknown, and one false makes it false', () => {
  expect(judge(historyOf([]), ['monotonic-commits', 'monotonic-view']).valid).toBe('unknown');
  expect(judge(historyOf(upAndDown), ['monotonic-commits', 'monotonic-view']).valid).toBe(false);
});

test('every registered property has a verdict with its own name', () => {
  expect(judge(historyOf([commit(progress(10))]), all).verdicts.map(({ property }) => property)).toEqual(all);
});

test('a checker that fails is unknown, and the others still give verdicts', () => {
  const { valid, verdicts } = judge(historyOf(upAndDown), ['no-such-property' as PropertyName, 'monotonic-view']);
  expect(valid).toBe(false);
  expect(verdicts[0]).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('the checker failed') });
});

test('a history that cannot be paired is unknown under every property', () => {
  const { valid, verdicts } = judge(historyOf([ok('tab-1', 'read', progress(10))]), ['monotonic-view', 'integrity']);
  expect(valid).toBe('unknown');
  expect(verdicts).toHaveLength(2);
  expect(verdicts[1]?.reason).toBe(
    'the checker failed: event 0: ok without an invoke: process "tab-1" has no operation in flight',
  );
});

test('the first hundred violations are kept and all are counted', () => {
  const [verdict] = judge(historyOf(Array.from({ length: 150 }, () => upAndDown).flat()), ['monotonic-view']).verdicts;
  expect(verdict?.violations).toHaveLength(100);
  expect(verdict?.measured).toEqual({ violations: 150 });
});

test('a checker that fails reports no violations', () => {
  const [verdict] = judge(historyOf(upAndDown), ['no-such-property' as PropertyName]).verdicts;
  expect(verdict?.violations).toEqual([]);
});
