import { expect, test } from 'vitest';
import type { History, HistoryEvent } from '../history/event.ts';
import { disagreement, holdsProgress, isInitial, rank, slowOperations } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';

test('staleness agrees with counting for every read the completed writes that are newer', () => {
  const found = disagreement('staleness', (history, { maxStalenessMs = Infinity, maxStalenessVersions = Infinity }) => {
    const time = (index: number): number => (history.events[index] as HistoryEvent).time / 1e6;
    return slowOperations(history)
      .filter(({ f, outcome }) => f === 'read' && outcome === 'ok')
      .every((read) => {
        const missed = missedBy(history, read);
        const versions = holdsProgress(history.events, read.key)
          ? new Set(missed.map(({ value }) => rank(value)))
          : new Set(missed);
        const lagMs = Math.max(0, ...missed.map(({ end }) => time(read.begin) - time(end)));
        return versions.size <= maxStalenessVersions && lagMs <= maxStalenessMs;
      });
  });
  expect(found).toBeUndefined();
});

function missedBy(history: History, read: SlowOperation): SlowOperation[] {
  const writes = slowOperations(history).filter(
    ({ f, key, outcome, value }) => f !== 'read' && key === read.key && outcome !== 'fail' && value !== undefined,
  );
  const complete = writes.filter(({ outcome, end }) => outcome === 'ok' && end < read.begin);
  if (holdsProgress(history.events, read.key)) {
    return complete.filter(({ value, f }) => rank(value) > rank(read.value) && (f !== 'start' || value !== null));
  }
  const own = writes.findLast(({ value, begin }) => rank(value) === rank(read.value) && begin < read.end);
  if (own === undefined) return isInitial(history, { key: read.key as string, value: read.value! }) ? complete : [];
  return own.outcome === 'ok' ? complete.filter(({ begin }) => begin > own.end) : [];
}
