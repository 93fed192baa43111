import type { Validity } from '../checker/verdict.ts';
import type { BaselineMatch } from '../port/baseline.ts';
import type { AttemptCounts, JudgedRun } from '../port/reporter.ts';

type Compared = Pick<JudgedRun, 'valid' | 'expected' | 'scenario' | 'baseline' | 'attempts'>;

/** A verdict in words, compared with the expected one and with the baseline. */
export function describeJudged({ valid, expected, scenario = '', baseline, attempts }: Compared): string {
  const words = [
    describeValidity(valid, expected, scenario),
    ...(attempts === undefined ? [] : [describeAttempts(attempts)]),
    ...(baseline === undefined ? [] : [describeMatch(baseline)]),
  ];
  return words.join(', ');
}

/** `reproduced 2 of 3`, `unsteady: violated in 2 of 3 attempts, held in 1`. */
export function describeAttempts({ number, violated, held, inconclusive, isUnsteady }: AttemptCounts): string {
  const others = inconclusive === 0 ? '' : `, ${inconclusive} inconclusive`;
  if (isUnsteady) return `unsteady: violated in ${violated} of ${number} attempts, held in ${held}${others}`;
  if (violated > 0) return `reproduced ${violated} of ${number}${others}`;
  return `held in ${held} of ${number} attempts${others}`;
}

/** `known`, or what is new: `new: monotonic-view (known: monotonic-reads)`. */
function describeMatch({ known, fresh }: BaselineMatch): string {
  if (fresh.length === 0) return 'known';
  return `new: ${fresh.join(', ')}${known.length === 0 ? '' : ` (known: ${known.join(', ')})`}`;
}

/** Whether everything that is violated is in the baseline. */
export function isKnown({ baseline }: Pick<JudgedRun, 'baseline'>): boolean {
  return baseline !== undefined && baseline.fresh.length === 0;
}

/** `of` names the scenario. */
function describeValidity(valid: Validity, expected: boolean | undefined, of: string): string {
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
