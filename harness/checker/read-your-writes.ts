import { describeValue } from '../history/order.ts';
import { isDecrease } from './decrease.ts';
import { readsOverFloor } from './read-floor.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';
import { writtenValue } from './written.ts';

/**
 * In each session and key, a read that began after the session's own `ok` write returns no smaller value. A `start`
 * is a write of the value with which the generation begins.
 */
export const readYourWrites: Checker = (history) => {
  const findings = new Findings('read-your-writes');
  for (const { operation, value, event, floor } of readsOverFloor(history, writtenValue)) {
    const { session, key } = operation;
    if (!isDecrease(findings, key, floor.value, value)) continue;
    const [written, read] = [describeValue(floor.value, value), describeValue(value, floor.value)];
    findings.violation(() => ({
      key,
      session,
      events: [floor.event.index, event.index],
      sentence: `${session} wrote ${written} to ${key} and then read ${read}`,
    }));
  }
  return findings.verdict();
};
