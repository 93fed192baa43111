import { expect, test } from 'vitest';
import { disagreement, isOlder, slowOperations } from './brute-force.test-support.ts';

test('read-your-writes agrees with comparing every read with every earlier write of its session', () => {
  const found = disagreement('read-your-writes', (history) => {
    const done = slowOperations(history).filter(({ outcome, value }) => outcome === 'ok' && value !== undefined);
    const writes = done.filter(({ f }) => f !== 'read');
    return done
      .filter(({ f }) => f === 'read')
      .every((read) =>
        writes
          .filter(({ session, key, end }) => session === read.session && key === read.key && end < read.begin)
          .every((write) => !isOlder(read.value, write.value)),
      );
  });
  expect(found).toBeUndefined();
});
