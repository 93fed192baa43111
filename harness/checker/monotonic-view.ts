import { BySession } from './by-session.ts';
import { describeDecrease, isDecrease } from './decrease.ts';
import { shownValues } from './shown.ts';
import type { Shown } from './shown.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

/**
 * In each session and key, what is shown never decreases: the promise to the user. Each step back is one violation;
 * the climb after it is none.
 */
export const monotonicView: Checker = (history) => {
  const findings = new Findings('monotonic-view');
  const latest = new BySession<Shown>();
  for (const shown of shownValues(history)) {
    const { session, key } = shown;
    const before = latest.get(session, key);
    latest.set(session, key, shown);
    if (before === undefined || !isDecrease(findings, key, before.value, shown.value)) continue;
    findings.violation(() => ({
      key,
      session,
      events: [before.event.index, shown.event.index],
      sentence: `${session} saw ${key} go ${describeDecrease(before.value, shown.value)}`,
    }));
  }
  return findings.verdict();
};
