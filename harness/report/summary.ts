/** Counts verdicts for the last line of a report. */
import type { Validity } from '../checker/verdict.ts';
import type { AttemptCounts, VerbStart } from '../port/reporter.ts';
import type { BaselineMatch, BaselineSummary, KnownViolation } from '../port/baseline.ts';
import { shortPath } from '../short-path.ts';
import { isKnown, isSurprise } from './expected-words.ts';

export interface Judged {
  valid: Validity;
  expected: boolean | undefined;
  baseline?: BaselineMatch | undefined;
  attempts?: AttemptCounts | undefined;
}

/** `3 passed, 1 violated (1 as expected), 1 inconclusive` */
export function describeCounts(judged: readonly Judged[]): string {
  return VALIDITIES.map((valid) => describeGroup(valid, judged))
    .filter((text) => text !== undefined)
    .join(', ');
}

/** The counts with what was left out and what did not run; empty if there is nothing. */
export function describeTotal(
  judged: readonly Judged[],
  { titles, leftOut }: Pick<VerbStart, 'titles' | 'leftOut'>,
): string {
  const notRun = titles.length - judged.length;
  const parts = [
    describeCounts(judged),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} left out`]),
    ...(notRun <= 0 ? [] : [`${notRun} not run`]),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const VALIDITIES: readonly Validity[] = [true, false, 'unknown'];

function describeGroup(valid: Validity, judged: readonly Judged[]): string | undefined {
  const group = judged.filter((each) => each.valid === valid);
  if (group.length === 0) return undefined;
  if (valid === 'unknown') return `${group.length} inconclusive`;
  const surprises = group.filter(({ expected }) => isSurprise(valid, expected)).length;
  const unsteady = group.filter(({ attempts }) => attempts?.isUnsteady === true).length;
  const known = group.filter(({ baseline }) => baseline !== undefined && isKnown({ baseline })).length;
  const asExpected = valid === false ? group.filter(({ expected }) => expected === false).length : 0;
  const remarks = [
    ...(asExpected === 0 ? [] : [`${asExpected} as expected`]),
    ...(surprises === 0 ? [] : [`${surprises} not as expected`]),
    ...(unsteady === 0 ? [] : [`${unsteady} unsteady`]),
    ...(known === 0 ? [] : [`${known} known`]),
  ];
  const remark = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`;
  return `${group.length} ${valid ? 'passed' : 'violated'}${remark}`;
}

/** `baseline ratchet.baseline.json: 2 known, 1 new, 1 vanished`, and how to remove what has vanished. */
export function describeBaseline({ file, known, fresh, vanished, isStrict, isUpdated }: BaselineSummary): string {
  const counts = `baseline ${shortPath(file)}: ${known} known, ${fresh} new, ${vanished.length} vanished`;
  if (isUpdated) return `${counts}; updated`;
  if (vanished.length === 0) return counts;
  return `${counts}${isStrict ? ', which fails with --strict' : ''}; --update-baseline removes what has vanished`;
}

/** A violation of the baseline that was judged again and not found. */
export function describeVanished({ scenario, subject, property, sentence }: KnownViolation): string {
  return `${scenario} · ${subject}: ${property} is not violated any more: ${sentence}`;
}
