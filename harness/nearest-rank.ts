/** Percentiles by the nearest rank: always one of the values. */

/** @param shares from 0 to 1; @returns the value at each share, 0 if there are no values */
export function atShares(values: readonly number[], ...shares: number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}
