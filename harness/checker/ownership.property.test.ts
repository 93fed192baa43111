import { expect, test } from 'vitest';
import { disagreement, rank, slowOperations } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';

test('ownership agrees with comparing every write with the starts of its process, and every two starts', () => {
  const found = disagreement('ownership', (history) => {
    const operations = slowOperations(history);
    const starts = operations.filter(({ f, outcome }) => f === 'start' && outcome === 'ok');
    const isFirst = (start: SlowOperation): boolean =>
      generationOf(start) < 1 ||
      !starts.some(
        (other) => other.end < start.end && other.key === start.key && generationOf(other) === generationOf(start),
      );
    const processOf = ({ begin }: SlowOperation): unknown => history.events[begin]?.process;
    const strays = operations.filter((write) => {
      const own = starts.findLast(
        ({ begin, end, key }) =>
          end < write.begin && key === write.key && history.events[begin]?.process === processOf(write),
      );
      const isKnown = own !== undefined && generationOf(own) >= 1 && generationOf(write) >= 1;
      return write.f === 'write' && write.outcome !== 'fail' && isKnown && generationOf(own) !== generationOf(write);
    });
    if (!starts.every(isFirst) || strays.some(({ outcome }) => outcome === 'ok')) return false;
    return strays.length === 0 || 'unknown';
  });
  expect(found).toBeUndefined();
});

/** 0 or less without a known generation. */
function generationOf({ value }: SlowOperation): number {
  return Math.floor(rank(value) / 1000);
}
