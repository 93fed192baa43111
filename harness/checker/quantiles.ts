/** The values below or at which half, nine tenths and so on of the given ones lie. */
export interface Quantiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** By nearest rank; `undefined` of nothing. Reorders `values`. */
export function quantilesOf(values: Float64Array): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const at = (share: number): number => select(values, Math.max(0, Math.ceil(share * values.length) - 1));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** What would stand at `rank` if the values were sorted, in linear time (Hoare's selection). */
function select(values: Float64Array, rank: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const swapped = values[left]!;
      values[left++] = values[right]!;
      values[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank]!;
}
