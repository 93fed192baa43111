import { expect, test } from 'vitest';
import { progress } from './history.test-support.ts';
import { compareValues, describeValue, isOlder, isTerminal, valueId } from './order.ts';

test('the generation takes precedence over the progress, and the status is ignored', () => {
  expect(compareValues(progress([2, 0]), progress([1, 100]))).toBeGreaterThan(0);
  expect(compareValues(progress([2, 10]), progress([2, 20]))).toBeLessThan(0);
  expect(compareValues(progress(40, 'failed'), progress(40))).toBe(0);
});

test('a value is older with less progress, or if it reopens a generation, also at 100%', () => {
  const failed = { progress: 40, status: 'failed' };
  const [running, completed] = ['generating', 'completed'].map((status) => ({ progress: 100, status }));
  expect(isOlder({ progress: 85, status: 'generating' }, failed)).toBe(true);
  expect(isOlder(running!, completed!)).toBe(true);
  expect(isOlder(completed!, running!)).toBe(false);
  expect(isOlder(completed!, failed)).toBe(true);
  expect(isOlder({ progress: 100 }, completed!)).toBe(false);
  expect(isOlder({ progress: 0, status: 'failed' }, { progress: 40, status: 'generating' })).toBe(true);
  expect(isOlder(failed, { generation: 2, progress: 0 })).toBe(true);
  expect(isOlder({ generation: 2, progress: 0 }, failed)).toBe(false);
});

test('a missing generation is the first', () => {
  expect(compareValues({ progress: 10 }, progress(10))).toBe(0);
  expect(valueId({ progress: 10 })).toBe(valueId(progress(10, 'generating')));
});

test('values without an order compare as undefined', () => {
  expect(compareValues('a', 'b')).toBeUndefined();
  expect(compareValues(5, progress(5))).toBeUndefined();
  expect(compareValues(null, progress(0))).toBeUndefined();
  expect(compareValues('a', 'a')).toBe(0);
});

test('numbers of a register compare as numbers, and null is smaller than all of them', () => {
  expect(compareValues(2, 10)).toBeLessThan(0);
  expect(compareValues(10, 2)).toBeGreaterThan(0);
  expect(compareValues(null, -5)).toBeLessThan(0);
  expect(compareValues(-5, null)).toBeGreaterThan(0);
  expect([compareValues('a', 1), compareValues(1, 'a'), compareValues(null, 'a'), compareValues('a', null)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('equal looking values of different types have different ids', () => {
  expect(new Set([1, '1', true, 'true', null, 'null', '1@1', progress(1)].map(valueId))).toHaveProperty('size', 8);
});

test('completed, failed and 100% are terminal, a scalar never is', () => {
  expect([progress(0, 'failed'), progress(0, 'completed'), progress(100)].every(isTerminal)).toBe(true);
  expect([progress(99, 'generating'), progress(99), 100, 'completed', null].some(isTerminal)).toBe(false);
});

test('the generation is named only if one of the values is not of the first', () => {
  expect(describeValue(progress(85))).toBe('85%');
  expect(describeValue(progress([2, 10]))).toBe('generation 2, 10%');
  expect(describeValue(progress(85), progress([2, 10]))).toBe('generation 1, 85%');
  expect(describeValue('a')).toBe('"a"');
});
