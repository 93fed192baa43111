import { Float64Column } from '../history/typed-columns.ts';

/** The 50th, 90th and 99th percentile and the maximum. */
export interface Quantiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Values that are not negative; most of them may be zero, which takes no memory. */
export class Sample {
  #zeros = 0;
  #others = new Float64Column(64);
  #length = 0;

  get count(): number {
    return this.#zeros + this.#length;
  }

  add(value: number): void {
    if (value === 0) {
      this.#zeros += 1;
      return;
    }
    if (this.#length === this.#others.length) this.#enlarge(this.#length * 2);
    this.#others[this.#length++] = value;
  }

  addAll(other: Sample): void {
    const length = this.#length + other.#length;
    if (length > this.#others.length) this.#enlarge(Math.max(length, this.#others.length * 2));
    this.#others.set(other.#others.subarray(0, other.#length), this.#length);
    this.#length = length;
    this.#zeros += other.#zeros;
  }

  /** By nearest rank; `undefined` if there are no values. Reorders the values. */
  quantiles(): Quantiles | undefined {
    return quantilesOf(this.#others, this.#length, this.#zeros);
  }

  #enlarge(length: number): void {
    const others = new Float64Column(length);
    others.set(this.#others.subarray(0, this.#length));
    this.#others = others;
  }
}

/** Of some zeros and the first `count` values, all of them positive. */
function quantilesOf(values: Float64Column, count: number, zeros: number): Quantiles | undefined {
  const all = zeros + count;
  if (all === 0) return undefined;
  const at = (share: number): number => {
    const rank = Math.max(0, Math.ceil(share * all) - 1);
    return rank < zeros ? 0 : select(values, count, rank - zeros);
  };
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
