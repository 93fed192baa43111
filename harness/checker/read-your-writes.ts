import { describeEvent, fallOf, isDecrease } from './decrease.ts';
import { COMPLETED_READ, COMPLETED_WRITE, extentOf } from './extent.ts';
import { readsUnderFloor } from './read-floor.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/**
 * In each session and key, a read that began after the session's own `ok` write returns no smaller value. A `start`
 * is a write of the value with which the generation begins.
 */
export const readYourWrites: Checker = (history) => {
  const findings = new Findings('read-your-writes');
  readsUnderFloor(history, 'writes', (floor, read) => {
    if (!isDecrease(findings, history, floor, read)) return;
    const [session, key] = [history.sessionName(read), history.keyName(read)];
    const [written, returned] = [describeEvent(history, floor, read), describeEvent(history, read, floor)];
    findings.violation(
      read,
      () => ({
        key,
        session,
        events: [floor, read],
        sentence: `${session} wrote ${written} to ${key} and then read ${returned}`,
      }),
      { session, fall: fallOf(history, floor, read) },
    );
  });
  return findings.complete(extentOf(history, COMPLETED_READ, COMPLETED_WRITE));
};
