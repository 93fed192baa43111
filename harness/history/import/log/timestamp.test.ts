import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf, nanosecondsOf } from './timestamp.ts';
import type { Unit } from './timestamp.ts';

const moment = 1_717_236_000_123_456_789n; // 2024-06-01T10:00:00.123456789Z

const understood: [value: unknown, unit: Unit, nanoseconds: bigint][] = [
  ['2024-06-01T10:00:00.123456789Z', 'iso', moment],
  ['2024-06-01 12:00:00,123456789 +02:00', 'iso', moment],
  ['2024-06-01T05:30:00.1234567891-0430', 'iso', moment],
  ['2024-06-01T10:00:00.123456789', 'iso', moment],
  ['2024-06-01T12:00:00+02', 'iso', moment - 123_456_789n],
  ['2024-06-01t10:00z', 'iso', moment - 123_456_789n],
  ['1717236000123456789', 'ns', moment],
  [1_717_236_000_123_456, 'us', moment - 789n],
  [1_717_236_000_123, 'ms', moment - 456_789n],
  [1_717_236_000.123456, 's', moment - 789n],
  ['1717236000.1234567891', 's', moment],
  [0, 's', 0n],
];

test.each(understood)('%s in %s is %s ns', (value, unit, nanoseconds) => {
  expect(nanosecondsOf(value, unit)).toBe(nanoseconds);
});

const refused: [value: unknown, unit: Unit][] = [
  ['yesterday', 'iso'],
  ['2024-13-01T10:00:00Z', 'iso'],
  ['2024-06-01', 'iso'],
  ['1717236000', 'iso'],
  ['2024-06-01T10:00:00Z', 'ms'],
  [-1, 'ms'],
  ['1e9', 's'],
  ['', 's'],
  [null, 'ms'],
  [{}, 'iso'],
];

test.each(refused)('%s is not a time in %s', (value, unit) => {
  expect(nanosecondsOf(value, unit)).toBeUndefined();
});

test('a date and its milliseconds are the same moment', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }), (date) => {
      const nanoseconds = nanosecondsOf(date.toISOString(), 'iso')!;
      expect(nanoseconds).toBe(nanosecondsOf(date.getTime(), 'ms'));
      expect(dateOf(nanoseconds)).toBe(date.toISOString());
    }),
  );
});
