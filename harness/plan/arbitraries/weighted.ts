import fc, { type Arbitrary } from 'fast-check';

export interface Weighted<T> {
  weight: number;
  arbitrary: Arbitrary<T>;
}

/** One of the choices, shrinking towards the one with the greatest weight; `undefined` if there are no choices. */
export function oneOfWeighted<T>(choices: readonly Weighted<T>[]): Arbitrary<T> | undefined {
  if (choices.length === 0) return undefined;
  return fc.oneof({ withCrossShrink: true }, ...[...choices].sort((a, b) => b.weight - a.weight));
}
