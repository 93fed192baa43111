import { expect, test } from 'vitest';
import type { History, HistoryEvent } from '../history/event.ts';
import { disagreement, isInitial, rank, slowOperations, slowStatus } from './brute-force.test-support.ts';

test('integrity agrees with searching all writes for the origin of every value seen', () => {
  const found = disagreement('integrity', (history) =>
    history.events
      .filter(({ f, type }) => type === 'ok' && ['read', 'show', 'receive'].includes(f))
      .every(
        (seen) =>
          isInitial(history, seen) ||
          ((isWritten(history, seen) || isCommitted(history, seen)) && hasCommittedStatus(history, seen)),
      ),
  );
  expect(found).toBeUndefined();
});

function isWritten(history: History, seen: HistoryEvent): boolean {
  return slowOperations(history)
    .filter(
      ({ f, outcome, key, begin }) => f !== 'read' && outcome !== 'fail' && key === seen.key && begin < seen.index,
    )
    .some(({ f, value }) => {
      const isBeginning = rank(seen.value) % 1000 === 0;
      if (value === undefined) return isBeginning;
      const isEarlier = f === 'start' && isBeginning && rank(seen.value) >= 1000 && rank(seen.value) < rank(value);
      return isEarlier || rank(value) === rank(seen.value);
    });
}

function isCommitted({ events }: History, seen: HistoryEvent): boolean {
  return events
    .slice(0, seen.index)
    .some(({ f, key, value }) => f === 'commit' && key === seen.key && rank(value) === rank(seen.value));
}

function hasCommittedStatus({ events }: History, seen: HistoryEvent): boolean {
  const statuses = events
    .filter(({ f, key, value }) => f === 'commit' && key === seen.key && rank(value) === rank(seen.value))
    .map(({ value }) => slowStatus(value))
    .filter((status) => status !== undefined);
  const status = slowStatus(seen.value);
  return status === undefined || statuses.length === 0 || statuses.includes(status);
}
