import { expect, test } from 'vitest';
import { disagreement, isOlder, slowOperations } from './brute-force.test-support.ts';

test('monotonic-reads agrees with comparing every two reads that do not overlap', () => {
  const found = disagreement('monotonic-reads', (history) => {
    const reads = slowOperations(history).filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
    return reads.every((later) =>
      reads
        .filter(({ session, key, end }) => session === later.session && key === later.key && end < later.begin)
        .every((earlier) => !isOlder(later.value, earlier.value)),
    );
  });
  expect(found).toBeUndefined();
});
