import type { Validity } from '../checker/verdict.ts';

/** A verdict in words, compared with the expected one. `of` names the scenario. */
export function describeValidity(valid: Validity, expected: boolean | undefined, of: string): string {
  if (valid === 'unknown') return 'inconclusive';
  const words = valid ? 'held' : 'violated';
  if (expected === undefined) return words;
  if (expected === valid) return `${words}, as expected`;
  return valid ? `held, though ${of} expects a violation` : `violated, though ${of} expects it to hold`;
}

/** Whether the verdict differs from the expected one. */
export function isSurprise(valid: Validity, expected: boolean | undefined): boolean {
  return expected !== undefined && valid !== 'unknown' && valid !== expected;
}
