import { describeDecrease, fallOf, isDecrease } from './decrease.ts';
import { COMPLETED_READ, extentOf } from './extent.ts';
import { readsUnderFloor } from './read-floor.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/**
 * In each session and key, a read that began after another completed returns no smaller value. Overlapping reads are
 * not compared. The earlier event of a violation is the greatest read that had completed.
 */
export const monotonicReads: Checker = (history) => {
  const findings = new Findings('monotonic-reads');
  readsUnderFloor(history, 'reads', (floor, read) => {
    if (!isDecrease(findings, history, floor, read)) return;
    const [session, key] = [history.sessionName(read), history.keyName(read)];
    findings.violation(
      read,
      () => ({
        key,
        session,
        events: [floor, read],
        sentence: `the reads of ${session} took ${key} ${describeDecrease(history, floor, read)}`,
      }),
      { session, fall: fallOf(history, floor, read) },
    );
  });
  return findings.complete(extentOf(history, COMPLETED_READ));
};
