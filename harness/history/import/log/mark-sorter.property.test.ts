/** What does not fit into memory is sorted in the same order. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PageStore } from '../../event-pages.ts';
import type { LogEntry } from './log-line.ts';
import { MarkSorter } from './mark-sorter.ts';

class MemoryStore implements PageStore {
  #bytes = Buffer.alloc(0);

  add(page: Uint8Array): number {
    const place = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, page]);
    return place;
  }

  read(place: number, page: Uint8Array): void {
    page.set(this.#bytes.subarray(place, place + page.length));
  }
}

const entry = fc.record({ ended: fc.nat(20), took: fc.option(fc.nat(5), { nil: undefined }) });

function sortedBy(sorter: MarkSorter, entries: readonly { ended: number; took: number | undefined }[]): unknown[] {
  for (const [line, { ended, took }] of entries.entries()) {
    const began = took === undefined ? undefined : BigInt(ended + 10 - took);
    const base: Partial<LogEntry> = { line, f: 'read', type: 'ok', session: 's', story: 1, progress: 5 };
    sorter.add({ ...base, ended: BigInt(ended + 10), began, carried: { 'a.b': 'é' } } as LogEntry);
  }
  return [...sorter.sorted()].map(({ what, time, number, entry: { line, ended, began, carried } }) => [
    [what, time, number],
    [line, ended, began, carried],
  ]);
}

test('a sorter with a store gives the same marks as one without', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (entries, entriesMax) => {
      const stored = sortedBy(new MarkSorter(() => new MemoryStore(), entriesMax), entries);
      expect(stored).toEqual(sortedBy(new MarkSorter(), entries));
    }),
    { numRuns: 500 },
  );
});
