/** Quantiles of any number of durations in constant memory, by buckets whose bounds grow by 5%. */

const GROWTH = Math.log(1.05);
/** From 0.1 ms to about four hours. */
const SMALLEST_MS = 0.1;
const BUCKETS = 380;

export class QuantileEstimate {
  readonly #counts = new Float64Array(BUCKETS + 1);
  #count = 0;
  #max = 0;

  add(milliseconds: number): void {
    const bucket = milliseconds <= SMALLEST_MS ? 0 : Math.ceil(Math.log(milliseconds / SMALLEST_MS) / GROWTH);
    const at = Math.min(bucket, BUCKETS);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, milliseconds);
  }

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** By nearest rank, at most 5% too great; `undefined` if there are no values. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    let rank = Math.max(1, Math.ceil(share * this.#count));
    for (const [bucket, count] of this.#counts.entries()) {
      rank -= count;
      if (rank <= 0) return bucket === 0 ? 0 : Math.min(this.#max, SMALLEST_MS * Math.exp(bucket * GROWTH));
    }
    return this.#max;
  }
}
