import { expect, test } from 'vitest';
import { READ_OK } from '../history/codes.ts';
import { asColumns } from '../history/columns-builder.ts';
import { historyOf, invoke, ok, progress, read, show, write } from '../history/history.test-support.ts';
import { mayFall, mayFallBelowWrites } from './falls.ts';

type Drafts = Parameters<typeof historyOf>[0];

const low = (raisedBy: 'reads' | 'writes', ...drafts: Drafts[number][]): boolean => {
  const history = asColumns(historyOf(drafts));
  return raisedBy === 'reads' ? mayFall(history, READ_OK) : mayFallBelowWrites(history);
};

test('a session whose values increase or stay equal is never below its floor', () => {
  expect(low('reads', read('a', progress(10)), read('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(
    low('writes', write('a', progress(10)), read('a', progress(10)), write('a', progress(85)), read('a', progress(85))),
  ).toBe(false);
});

test('a decrease is below the floor, also after an increase', () => {
  expect(low('reads', read('a', progress(10)), read('a', progress(85)), read('a', progress(10)))).toBe(true);
  expect(low('writes', write('a', progress(10)), write('a', progress(85)), read('a', progress(10)))).toBe(true);
});

test('reads do not raise the floor of writes, nor writes that of reads', () => {
  expect(low('writes', read('a', progress(85)), read('a', progress(10)))).toBe(false);
  expect(low('reads', write('a', progress(85)), read('a', progress(10)))).toBe(false);
  expect(low('writes', write('a', progress(10)), read('a', progress(85)), read('a', progress(40)))).toBe(false);
});

test('a smaller write does not lower the floor, and shows do not count', () => {
  expect(low('writes', write('a', progress(85)), write('a', progress(10)), read('a', progress(40)))).toBe(true);
  expect(low('writes', write('a', progress(85)), write('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(low('reads', show('a', progress(85)), read('a', progress(10)), show('a', progress(5)))).toBe(false);
  expect(low('writes', show('a', progress(85)), read('a', progress(10)))).toBe(false);
});

test('each session and key has its own floor', () => {
  expect(low('reads', read('a', progress(85)), read('b', progress(10)))).toBe(false);
  expect(low('reads', read('a', progress(85)), read('a', progress(10), { key: 'other' }))).toBe(false);
});

test('the generation takes precedence over the progress', () => {
  expect(low('reads', read('a', progress([1, 85])), read('a', progress([2, 10])))).toBe(false);
  expect(low('reads', read('a', progress([2, 10])), read('a', progress([1, 85])))).toBe(true);
});

test('histories without heights always need the full check', () => {
  expect(low('reads', read('a', 'x'), read('a', 'x'))).toBe(true);
  expect(low('reads', read('a', 1), read('a', 2))).toBe(true);
});

test('a start of an unknown generation does not raise the floor', () => {
  expect(low('writes', [invoke('a', 'start'), ok('a', 'start')], read('a', progress(0)))).toBe(false);
});
