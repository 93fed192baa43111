import { expect, test } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import { historyOf, invoke, ok, progress, read, show, write } from '../history/history.test-support.ts';
import { comesUnderFloor } from './read-floor.ts';

type Drafts = Parameters<typeof historyOf>[0];

const low = (raisedBy: 'reads' | 'writes', ...drafts: Drafts[number][]): boolean =>
  comesUnderFloor(asColumns(historyOf(drafts)), raisedBy);

test('a session that climbs never comes under its floor, nor does one that stays', () => {
  expect(low('reads', read('a', progress(10)), read('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(
    low('writes', write('a', progress(10)), read('a', progress(10)), write('a', progress(85)), read('a', progress(85))),
  ).toBe(false);
  expect(low('reads')).toBe(false);
});

test('a step back does, after any climb', () => {
  expect(low('reads', read('a', progress(10)), read('a', progress(85)), read('a', progress(10)))).toBe(true);
  expect(low('writes', write('a', progress(10)), write('a', progress(85)), read('a', progress(10)))).toBe(true);
});

test('reads raise no floor of writes, and writes none of reads', () => {
  expect(low('writes', read('a', progress(85)), read('a', progress(10)))).toBe(false);
  expect(low('reads', write('a', progress(85)), read('a', progress(10)))).toBe(false);
  expect(low('writes', write('a', progress(10)), read('a', progress(85)), read('a', progress(40)))).toBe(false);
});

test('writes may go down, and shows do not count', () => {
  expect(low('writes', write('a', progress(85)), write('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(low('reads', show('a', progress(85)), read('a', progress(10)), show('a', progress(5)))).toBe(false);
  expect(low('writes', show('a', progress(85)), read('a', progress(10)))).toBe(false);
});

test('a read that overlaps what raised the floor is let through to a closer look', () => {
  expect(
    low(
      'reads',
      invoke('slow', 'read', undefined, { session: 'a' }),
      read('a', progress(85)),
      ok('slow', 'read', progress(10)),
    ),
  ).toBe(true);
});

test('values without an order are let through to a closer look', () => {
  expect(low('reads', read('a', 'x'), read('a', 'y'))).toBe(true);
  expect(low('reads', read('a', 'x'), read('a', 'x'))).toBe(false);
});

test('a start that never says which generation began raises nothing', () => {
  expect(low('writes', [invoke('a', 'start'), ok('a', 'start')], read('a', 5), read('a', 'x'))).toBe(false);
});
