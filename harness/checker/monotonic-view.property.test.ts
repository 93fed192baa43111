import { expect, test } from 'vitest';
import { disagreement, isOlder, slowSession, slowShown } from './brute-force.test-support.ts';

test('monotonic-view agrees with comparing every two values shown to a session', () => {
  const found = disagreement('monotonic-view', (history) => {
    const shown = slowShown(history);
    return shown.every((later) =>
      shown
        .filter((earlier) => earlier.index < later.index && earlier.key === later.key)
        .filter((earlier) => slowSession(earlier) === slowSession(later))
        .every((earlier) => !isOlder(later.value, earlier.value)),
    );
  });
  expect(found).toBeUndefined();
});
