import { expect, test } from 'vitest';
import { disagreement, slowOperations } from './brute-force.test-support.ts';

test('availability agrees with counting the reads', () => {
  const found = disagreement('availability', (history, { minAvailability = 0 }) => {
    const reads = slowOperations(history).filter(({ f }) => f === 'read');
    const answered = reads.filter(({ outcome }) => outcome === 'ok');
    return reads.length === 0 || answered.length / reads.length >= minAvailability;
  });
  expect(found).toBeUndefined();
});
