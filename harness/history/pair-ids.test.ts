import { expect, test } from 'vitest';
import { PairIds } from './pair-ids.ts';

const PAIRS = Array.from({ length: 40 * 40 }, (_, at) => [Math.floor(at / 40), at % 40] as const);

test('pairs are counted in the order in which they appear, and told apart by both numbers', () => {
  const ids = new PairIds();
  const expected = PAIRS.map((_, at) => at);
  expect(PAIRS.map(([first, second]) => ids.idOf(first, second))).toEqual(expected);
  expect(PAIRS.map(([first, second]) => ids.idOf(first, second))).toEqual(expected);
  expect(ids.count).toBe(PAIRS.length);
  expect(expected.map((id) => [ids.firstOf(id), ids.secondOf(id)])).toEqual(PAIRS);
});

test('pairs with the same numbers in another order, and negative ones, are others', () => {
  const ids = new PairIds();
  const pairs = [
    [1, 2],
    [2, 1],
    [-1, 2],
    [1, -2],
    [1, 1],
    [2, 2],
  ] as const;
  expect(pairs.map(([first, second]) => ids.idOf(first, second))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(ids.idOf(2, 1)).toBe(1);
});
