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

test('a session that climbs never comes under its floor, nor does one that stays', () => {
  expect(low('reads', read('a', progress(10)), read('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(
    low('writes', write('a', progress(10)), read('a', progress(10)), write('a', progress(85)), read('a', progress(85))),
  ).toBe(false);
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

test('writes may go down without taking the floor along, and shows do not count', () => {
  expect(low('writes', write('a', progress(85)), write('a', progress(10)), read('a', progress(40)))).toBe(true);
  expect(low('writes', write('a', progress(85)), write('a', progress(10)), read('a', progress(85)))).toBe(false);
  expect(low('reads', show('a', progress(85)), read('a', progress(10)), show('a', progress(5)))).toBe(false);
  expect(low('writes', show('a', progress(85)), read('a', progress(10)))).toBe(false);
});

test('each key of each session has a floor of its own', () => {
  expect(low('reads', read('a', progress(85)), read('b', progress(10)))).toBe(false);
  expect(low('reads', read('a', progress(85)), read('a', progress(10), { key: 'other' }))).toBe(false);
});

test('generations weigh more than progress', () => {
  expect(low('reads', read('a', progress([1, 85])), read('a', progress([2, 10])))).toBe(false);
  expect(low('reads', read('a', progress([2, 10])), read('a', progress([1, 85])))).toBe(true);
});

test('values that are more than heights take a closer look, whatever they are', () => {
  expect(low('reads', read('a', 'x'), read('a', 'x'))).toBe(true);
  expect(low('reads', read('a', 1), read('a', 2))).toBe(true);
});

test('a start that never says which generation began raises nothing', () => {
  expect(low('writes', [invoke('a', 'start'), ok('a', 'start')], read('a', progress(0)))).toBe(false);
});
