import type { HistoryEvent } from '../history/event.ts';
import { keyOf } from '../history/pairing.ts';
import { describeDecrease, isDecrease } from './decrease.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

/** In each key, committed versions never decrease. Each step back is one violation. */
export const monotonicCommits: Checker = (history) => {
  const findings = new Findings('monotonic-commits');
  const latest = new Map<string | number, HistoryEvent>();
  for (const commit of history.events) {
    if (commit.f !== 'commit') continue;
    const key = keyOf(commit);
    const before = latest.get(key);
    latest.set(key, commit);
    const [earlier, later] = [before?.value ?? null, commit.value ?? null];
    if (before === undefined || !isDecrease(findings, key, earlier, later)) continue;
    findings.violation(() => ({
      key,
      events: [before.index, commit.index],
      sentence: `the database took ${key} ${describeDecrease(earlier, later)}`,
    }));
  }
  if (latest.size === 0) findings.doubt('the history has no commit events');
  return findings.verdict();
};
