import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatArray, parseArray } from './pg-arrays.ts';

it('arrays of strings are the same after formatting and parsing', () => {
  const nested = fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), { minLength: 1 });
  const flat = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null)));
  fc.assert(
    fc.property(fc.oneof(flat, nested), (values) => {
      expect(parseArray(formatArray(values))).toEqual(values);
    }),
  );
});

it.each([
  ['{}', []],
  ['{1,NULL,3}', [1, null, 3]],
  ['[0:1]={1,2}', [1, 2]],
  [
    '{{1,2},{3,4}}',
    [
      [1, 2],
      [3, 4],
    ],
  ],
])('reads %s', (text, values) => {
  expect(parseArray(text, Number)).toEqual(values);
});
