import { expect, test } from 'vitest';
import type { History } from '../history/event.ts';
import { disagreement, slowOperations, type SlowOperation } from './brute-force.test-support.ts';

test('availability agrees with counting the reads, and looking for the last ones', () => {
  const found = disagreement('availability', (history, options) => {
    const { minAvailability = 0, maxLatencyMs = Infinity, finalLookAnswered } = options;
    const reads = slowOperations(history).filter(({ f }) => f === 'read');
    const answered = reads.filter(({ outcome }) => outcome === 'ok');
    const latencies = answered.map(({ begin, end }) => timeAt(history, end) - timeAt(history, begin));
    // Of fewer than a hundred values, the 99th percentile is the greatest.
    const isFast = Math.max(0, ...latencies) <= maxLatencyMs * 1e6;
    const isSeen = reads.every((read) => read.outcome === 'ok' || !isFinalLook(history, reads, read));
    const isEnough = reads.length === 0 || answered.length / reads.length >= minAvailability;
    return isEnough && isFast && (finalLookAnswered !== true || isSeen);
  });
  expect(found).toBeUndefined();
});

function timeAt({ events }: History, index: number): number {
  return events[index]!.time;
}

/** Whether it is the last read of a session and a key, which are watched at the end if any are watched at all. */
function isFinalLook({ events }: History, reads: readonly SlowOperation[], read: SlowOperation): boolean {
  const isOfView = ({ key, session }: Pick<SlowOperation, 'key' | 'session'>): boolean =>
    key === read.key && session === read.session;
  if (reads.some((other) => isOfView(other) && other.begin > read.begin)) return false;
  const watches = events.filter(({ f }) => f === 'watch');
  const own = watches.filter(({ key, session, process }) => isOfView({ key, session: session ?? process }));
  return watches.length === 0 || own.at(-1)?.phase === 'begin';
}
