import { expect, test } from 'vitest';
import { VisibilityCurve } from './visibility-curve.ts';

test('an interval includes its beginning and excludes its end', () => {
  const curve = new VisibilityCurve();
  for (const age of [0, 0.5, 1, 1.99, 2, 4.99, 5]) curve.add(age, true);
  expect(curve.points()).toStrictEqual([
    { fromMs: 0, toMs: 1, reads: 2, probability: 1 },
    { fromMs: 1, toMs: 2, reads: 2, probability: 1 },
    { fromMs: 2, toMs: 5, reads: 2, probability: 1 },
    { fromMs: 5, toMs: 10, reads: 1, probability: 1 },
  ]);
});

test('the probability is the share of the reads that saw the write', () => {
  const curve = new VisibilityCurve();
  for (const isSeen of [true, false, false, false]) curve.add(30, isSeen);
  expect(curve.points()).toStrictEqual([{ fromMs: 20, toMs: 50, reads: 4, probability: 0.25 }]);
});

test('the last interval has no end', () => {
  const curve = new VisibilityCurve();
  curve.add(1e6, true);
  curve.add(1e12, false);
  expect(curve.points()).toStrictEqual([{ fromMs: 1e6, reads: 2, probability: 0.5 }]);
});
