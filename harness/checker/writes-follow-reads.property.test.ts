import { expect, test } from 'vitest';
import type { History, HistoryEvent } from '../history/event.ts';
import { disagreement, isInitial, rank, slowOperations } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';

test('writes-follow-reads agrees with comparing the commits of every value read and every value written later', () => {
  const found = disagreement('writes-follow-reads', (history) => {
    if (!history.events.some(({ f }) => f === 'commit')) return 'unknown';
    const operations = slowOperations(history).filter(({ value }) => value !== undefined);
    const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
    const writes = operations.filter(({ f, outcome }) => f !== 'read' && outcome !== 'fail');
    return writes.every((write) =>
      reads
        .filter(({ session, end }) => session === write.session && end < write.begin)
        .filter((read) => !isInitial(history, { key: read.key as string, value: read.value! }))
        .every((read) => isInOrder(commitsOf(history, read, 0), commitsOf(history, write, write.begin))),
    );
  });
  expect(found).toBeUndefined();
});

function commitsOf({ events }: History, { key, value }: SlowOperation, since: number): HistoryEvent[] {
  const isCommit = (event: HistoryEvent): boolean => event.f === 'commit' && event.key === key && event.index > since;
  return events.filter((event) => isCommit(event) && rank(event.value) === rank(value));
}

function isInOrder(before: readonly HistoryEvent[], after: readonly HistoryEvent[]): boolean {
  if (before.length === 0 || after.length === 0) return true;
  return before.some(({ index }) => after.some((commit) => commit.index >= index));
}
