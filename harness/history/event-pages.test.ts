import { expect, test } from 'vitest';
import { BYTES_PER_EVENT, EventPages } from './event-pages.ts';
import { emptyRow, fillRow, type EventRow } from './event-row.ts';
import type { HistoryEvent } from './event.ts';
import { historyOf, info, invoke, ok, progress, read, show, write } from './history.test-support.ts';
import { Names } from './names.ts';
import { PagesInMemory } from './parted-history.test-support.ts';

const events = historyOf([
  read('p', progress([3, 33.3], 'generating'), { session: 'tab-1', key: 'a' }),
  write('w', progress(100, 'completed'), { key: 'b' }),
  [invoke('c', 'cas', ['x', 7]), ok('c', 'cas')],
  [invoke('d', 'cas', [null, true]), ok('d', 'cas')],
  { ...info('nemesis', 'fault'), key: undefined as never },
  show('tab-1', 'a text'),
]).events;

function rowsOf(given: readonly HistoryEvent[], names: Names): EventRow[] {
  return given.map((event) => {
    const row = emptyRow();
    fillRow(row, event, names);
    return row;
  });
}

/** What the pages return for these rows, with the places of their lines. */
function throughPages(rows: readonly EventRow[], capacity: number, names: Names) {
  const store = new PagesInMemory();
  const pages = new EventPages(store, capacity);
  rows.forEach((row, at) => pages.add(row, at * 1e12, names));
  const row = emptyRow();
  const found: { row: EventRow; line: number }[] = [];
  pages.each(row, names, (line) => found.push({ row: { ...row }, line }));
  return { found, length: pages.length, stored: store.count };
}

test.each([1, 2, 3, 10, 11, 100])('rows are the same after they were in pages of %i events', (capacity) => {
  const names = new Names();
  const rows = rowsOf(events, names);
  const { found, length, stored } = throughPages(rows, capacity, names);
  expect(found).toEqual(rows.map((row, at) => ({ row, line: at * 1e12 })));
  expect(length).toBe(10);
  expect(stored).toBe(Math.ceil(10 / capacity) - 1);
});

test('an index may take 32 bits', () => {
  const names = new Names();
  const rows = rowsOf(events, names).map((row) => ({ ...row, index: row.index + 2 ** 32 - 20 }));
  expect(throughPages(rows, 3, names).found.map(({ row }) => row)).toEqual(rows);
});

test('an event takes 56 bytes', () => {
  expect(BYTES_PER_EVENT).toBe(56);
});
