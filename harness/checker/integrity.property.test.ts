import { expect, test } from 'vitest';
import type { History, HistoryEvent } from '../history/event.ts';
import { disagreement, isInitial, rank, slowOperations } from './brute-force.test-support.ts';

test('integrity agrees with looking through all writes for the origin of every value seen', () => {
  const found = disagreement('integrity', (history) =>
    history.events
      .filter(({ f, type }) => type === 'ok' && (f === 'read' || f === 'show'))
      .every((seen) => isInitial(history, seen) || isWritten(history, seen)),
  );
  expect(found).toBeUndefined();
});

function isWritten(history: History, seen: HistoryEvent): boolean {
  return slowOperations(history)
    .filter(
      ({ f, outcome, key, begin }) => f !== 'read' && outcome !== 'fail' && key === seen.key && begin < seen.index,
    )
    .some(({ value }) => (value === undefined ? rank(seen.value) % 1000 === 0 : rank(value) === rank(seen.value)));
}
