import { Float64Column } from '../history/typed-columns.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantilesOf } from './quantiles.ts';

test('quantiles are those of the sorted values', () => {
  const values = fc.array(fc.oneof(fc.nat(5), fc.nat()), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, (numbers) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
      expect(quantilesOf(new Float64Column([...numbers, -1]), numbers.length)).toEqual({
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        max: sorted.at(-1),
      });
    }),
  );
});

test('an empty column has no quantiles', () => {
  expect(quantilesOf(new Float64Column(1), 0)).toBeUndefined();
});
