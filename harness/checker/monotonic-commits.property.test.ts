import { expect, test } from 'vitest';
import { disagreement, isOlder } from './brute-force.test-support.ts';

test('monotonic-commits agrees with comparing every two commits of a key', () => {
  const found = disagreement('monotonic-commits', ({ events }) => {
    const commits = events.filter(({ f }) => f === 'commit');
    if (commits.length === 0) return 'unknown';
    return commits.every((later) =>
      commits
        .filter((earlier) => earlier.index < later.index && earlier.key === later.key)
        .every((earlier) => !isOlder(later.value, earlier.value)),
    );
  });
  expect(found).toBeUndefined();
});
