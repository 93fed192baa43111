import { expect, test } from 'vitest';
import { isTerminal } from '../history/order.ts';
import { disagreement, rank, slowOperations, slowStatus } from './brute-force.test-support.ts';
import type { SlowOperation } from './brute-force.test-support.ts';

test('completion agrees with comparing every write of an end with the last commit of its key', () => {
  const found = disagreement('completion', (history) => {
    const lastOf = (key: unknown) => history.events.findLast((event) => event.f === 'commit' && event.key === key);
    const ends = slowOperations(history)
      .filter(({ f, outcome, value }) => f === 'write' && outcome === 'ok' && value !== undefined && isTerminal(value))
      .filter(({ key }) => lastOf(key) !== undefined);
    return ends.length === 0 ? 'unknown' : ends.every((end) => stays(end, lastOf(end.key)?.value));
  });
  expect(found).toBeUndefined();
});

function stays({ value }: SlowOperation, last: SlowOperation['value']): boolean {
  if (Math.floor(rank(last) / 1000) > Math.floor(rank(value) / 1000)) return true;
  if (rank(last) !== rank(value)) return false;
  const [told, found] = [slowStatus(value), slowStatus(last)];
  return !(told === 'completed' || told === 'failed') || found === undefined || found === told;
}
