import { COMMIT_OK, NONE } from '../history/codes.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { describeDecrease, isDecrease } from './decrease.ts';
import { COMMIT_EVENT, extentOf } from './extent.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

/** In each key, committed versions never decrease. Each step back is one violation. */
export const monotonicCommits: Checker = (history) => {
  const findings = new Findings('monotonic-commits');
  const { code, key, length } = history;
  const latest = new Int32Column(history.names.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    if (code[at] !== COMMIT_OK) continue;
    const before = latest.get(key.get(at));
    latest[key.get(at)] = at;
    if (before === NONE || !isDecrease(findings, history, before, at)) continue;
    findings.violation(() => ({
      key: history.keyName(at),
      events: [before, at],
      sentence: `the database took ${history.keyName(at)} ${describeDecrease(history, before, at)}`,
    }));
  }
  return findings.verdict(extentOf(history, COMMIT_EVENT));
};
