import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { QuantileEstimate } from './quantile-estimate.ts';

it('is at most 5% above the exact quantile, and never below it', () => {
  const durations = fc.array(fc.double({ min: 0.2, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, share) => {
      const estimate = new QuantileEstimate();
      for (const value of values) estimate.add(value);
      const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]!;
      const found = estimate.quantile(share)!;
      expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
      expect(found).toBeLessThanOrEqual(exact * 1.050_001);
      expect(estimate.max).toBe(Math.max(...values));
    }),
  );
});

it('has none without values, and 0 for zeros', () => {
  const estimate = new QuantileEstimate();
  expect(estimate.quantile(0.5)).toBeUndefined();
  estimate.add(0);
  expect([estimate.quantile(0.5), estimate.count]).toEqual([0, 1]);
});
