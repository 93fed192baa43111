import { expect, test } from 'vitest';
import { bigIntToLsn, compareLsn, parseLsn } from './lsn.ts';

test('a position has two hexadecimal halves', () => {
  expect(parseLsn('1/2F088')).toBe(0x1_0002_f088n);
  expect(bigIntToLsn(0x1_0002_f088n)).toBe('1/2F088');
  expect(bigIntToLsn(0n)).toBe('0/0');
});

test.each(['', '0/', '/1', '0/3A1F0x', 'x0/1', '123456789/0', '0/123456789', '0-1', 7, null, undefined])(
  '%j is not a position',
  (field) => {
    expect(parseLsn(field)).toBeUndefined();
  },
);

test('positions compare by their bytes, not by their text', () => {
  expect(compareLsn('0/9', '0/10')).toBe(-1);
  expect(compareLsn('1/0', '0/FFFFFFFF')).toBe(1);
  expect(compareLsn('0/a', '0/A')).toBe(0);
});
