import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sample } from './quantiles.ts';

function sampleOf(values: readonly number[]): Sample {
  const sample = new Sample();
  for (const value of values) sample.add(value);
  return sample;
}

test('quantiles are those of the sorted values, also of two samples together', () => {
  const values = fc.array(fc.oneof(fc.nat(5), fc.nat()), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.nat(), (numbers, cut) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
      const sample = sampleOf(numbers.slice(0, cut % numbers.length));
      sample.addAll(sampleOf(numbers.slice(cut % numbers.length)));
      expect(sample.count).toBe(numbers.length);
      expect(sample.quantiles()).toEqual({ p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted.at(-1) });
    }),
  );
});

test('an empty sample has no quantiles', () => {
  expect(sampleOf([]).quantiles()).toBeUndefined();
});
