import { COMMIT_OK } from '../history/codes.ts';
import { describeDecrease, fallOf, isDecrease } from './decrease.ts';
import { COMMIT_EVENT, extentOf } from './extent.ts';
import { eachStepBack } from './steps-back.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/** In each key, committed versions never decrease. Each step back is one violation. */
export const monotonicCommits: Checker = (history) => {
  const findings = new Findings('monotonic-commits');
  const keys = { code: COMMIT_OK, group: history.key, groups: history.names.count };
  eachStepBack(history, keys, (before, at) => {
    if (!isDecrease(findings, history, before, at)) return;
    findings.violation(
      at,
      () => ({
        key: history.keyName(at),
        events: [before, at],
        sentence: `the database took ${history.keyName(at)} ${describeDecrease(history, before, at)}`,
      }),
      { fall: fallOf(history, before, at) },
    );
  });
  return findings.complete(extentOf(history, COMMIT_EVENT));
};
