import type { Float64Column } from '../history/typed-columns.ts';

/** The 50th, 90th and 99th percentile and the maximum. */
export interface Quantiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Of the first `count` values, by nearest rank; `undefined` if there are none. Reorders the values. */
export function quantilesOf(values: Float64Column, count: number): Quantiles | undefined {
  if (count === 0) return undefined;
  const at = (share: number): number => select(values, count, Math.max(0, Math.ceil(share * count) - 1));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** The value at `rank` in the sorted order of the first `count` values, in linear time (Hoare's selection). */
function select(values: Float64Column, count: number, rank: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const pivot = values.get((low + high) >> 1);
    let [left, right] = [low, high];
    while (left <= right) {
      while (values.get(left) < pivot) left++;
      while (values.get(right) > pivot) right--;
      if (left > right) break;
      const swapped = values.get(left);
      values[left++] = values.get(right);
      values[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values.get(rank);
}
