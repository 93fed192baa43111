import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration, share, staleness } from './bounds.ts';

describe('a bound', () => {
  it('in time is read as milliseconds', () => {
    expect(['500ms', '2s', '0.5s', '1.5min', '0ms', '2h'].map(duration)).toEqual([
      500, 2000, 500, 90_000, 0, 7_200_000,
    ]);
  });

  it('of staleness is in time, in versions, or both', () => {
    expect(staleness('500ms')).toEqual({ maxStalenessMs: 500 });
    expect(staleness('1version', staleness('2s'))).toEqual({ maxStalenessMs: 2000, maxStalenessVersions: 1 });
    expect(staleness('0versions')).toEqual({ maxStalenessVersions: 0 });
  });

  it('of availability is a percentage', () => {
    expect(['100%', '99.9%', '0%'].map(share)).toEqual([1, 0.999, 0]);
  });

  it('that is not valid is refused', () => {
    for (const text of ['', '2', 's', '-1s', '2 s', '2d', '1e3ms'])
      expect(() => duration(text)).toThrow(InvalidArgumentError);
    for (const text of ['', '99.9', '101%', '-1%', '%', 'x%']) expect(() => share(text)).toThrow(InvalidArgumentError);
    for (const text of ['', '3', '1.5versions', 'versions', '2%'])
      expect(() => staleness(text)).toThrow('It must be like 500ms or 3versions.');
    expect(() => staleness('1s', staleness('2s'))).toThrow('at most one bound in time');
    expect(() => staleness('3versions', staleness('2versions'))).toThrow('at most one bound in time');
  });
});
