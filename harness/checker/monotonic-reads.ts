import { describeDecrease, isDecrease } from './decrease.ts';
import { readsOverFloor } from './read-floor.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

/**
 * In each session and key, a read that began after another completed returns no smaller value. Overlapping reads are
 * not compared. The earlier event of a violation is the greatest read that had completed.
 */
export const monotonicReads: Checker = (history) => {
  const findings = new Findings('monotonic-reads');
  const floored = readsOverFloor(history, ({ f, value }) => (f === 'read' ? value : undefined));
  for (const { operation, value, event, floor } of floored) {
    const { session, key } = operation;
    if (!isDecrease(findings, key, floor.value, value)) continue;
    findings.violation(() => ({
      key,
      session,
      events: [floor.event.index, event.index],
      sentence: `the reads of ${session} took ${key} ${describeDecrease(floor.value, value)}`,
    }));
  }
  return findings.verdict();
};
