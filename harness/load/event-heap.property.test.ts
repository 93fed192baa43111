import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventHeap } from './event-heap.ts';

it('gives events back by time, then by rank, then as they were added', () => {
  const events = fc.array(fc.record({ time: fc.nat(5), rank: fc.nat(2) }), { maxLength: 40 });
  fc.assert(
    fc.property(events, (given) => {
      const heap = new EventHeap();
      const written: number[] = [];
      for (const [at, event] of given.entries()) heap.add({ ...event, write: () => void written.push(at) });
      for (let next = heap.take(); next !== undefined; next = heap.take()) next.write(next.time);
      const sorted = [...given.entries()].toSorted(([, a], [, b]) => a.time - b.time || a.rank - b.rank);
      expect(written).toEqual(sorted.map(([at]) => at));
    }),
  );
});
