import { expect, test } from 'vitest';
import { ENDED, NONE, NOTHING, PROGRESS } from './codes.ts';
import type { Value } from './event.ts';
import { Names } from './names.ts';
import { fillValue, initialValue, isNull, isSameValue, readValue, type ValueRow } from './value-row.ts';

const names = new Names();

/** A row that held another value before. */
function rowOf(value: Value | undefined): ValueRow {
  const row = { shape: PROGRESS | ENDED, generation: 7, progress: 33, status: 5 };
  fillValue(row, value, names);
  return row;
}

test.each<[Value | undefined, Value | undefined]>([
  [{ progress: 85 }, { generation: 1, progress: 85 }],
  [
    { generation: 3, progress: 0, status: 'generating' },
    { generation: 3, progress: 0, status: 'generating' },
  ],
  [null, null],
  [0, 0],
  [-4.5, -4.5],
  ['', ''],
  ['done', 'done'],
  [true, true],
  [false, false],
  [[1, 2], 2],
  [['a', null], null],
  [undefined, undefined],
])('the row of %j is read as %j', (value, expected) => {
  expect(readValue(rowOf(value), names)).toEqual(expected);
});

test('only the statuses completed and failed end a generation', () => {
  const shapeWith = (status: string): number => rowOf({ progress: 85, status }).shape;
  expect(['completed', 'failed', 'generating', ''].map(shapeWith)).toEqual([
    PROGRESS | ENDED,
    PROGRESS | ENDED,
    PROGRESS,
    PROGRESS,
  ]);
});

test('an absent value leaves nothing in the row', () => {
  expect(rowOf(undefined)).toEqual({ shape: NOTHING, generation: 0, progress: 0, status: NONE });
});

test('only null is null', () => {
  expect([null, 0, -1, false, '', { progress: 0 }, undefined].map((value) => isNull(rowOf(value)))).toEqual([
    true,
    ...Array.from({ length: 6 }, () => false),
  ]);
});

test.each<[Value, Value, boolean]>([
  [{ progress: 85 }, { generation: 1, progress: 85 }, true],
  [{ progress: 85 }, { progress: 84 }, false],
  [{ progress: 85 }, { generation: 2, progress: 85 }, false],
  [{ progress: 85, status: 'failed' }, { progress: 85 }, true],
  [{ progress: 85 }, { progress: 85, status: 'failed' }, true],
  [{ progress: 85, status: 'failed' }, { progress: 85, status: 'failed' }, true],
  [{ progress: 85, status: 'failed' }, { progress: 85, status: 'completed' }, false],
  [1, true, false],
  [null, 0, false],
  ['a', 'a', true],
  ['a', 'b', false],
])('whether %j is the same as %j: %s', (one, other, expected) => {
  expect(isSameValue(rowOf(one), rowOf(other))).toBe(expected);
});

test('a key begins at the value of the header, at 0% if it holds progresses, else at null', () => {
  expect(initialValue({ history: 1, initial: 3 }, false)).toBe(3);
  expect(initialValue({ history: 1 }, true)).toEqual({ progress: 0 });
  expect(initialValue(undefined, false)).toBe(null);
});
