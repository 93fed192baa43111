import { describe, expect, it } from 'vitest';
import { parseFilter } from './change-filters.ts';

const columns = [
  { name: 'id', type: 'int8' },
  { name: 'name', type: 'text' },
  { name: 'done', type: 'bool' },
  { name: 'at', type: 'timestamptz' },
];
const row = { id: 10, name: 'a,b_c', done: false, at: '2026-01-01T00:00:00+00:00' };
const passes = (filter: string, given: object = row): boolean | undefined =>
  parseFilter(filter, { columns })(given as typeof row);

describe('a filter', () => {
  it.each([
    ['id=eq.10', true],
    ['id=eq.010', true],
    ['id=neq.10', false],
    ['id=gt.9', true],
    ['id=lt.9', false],
    ['id=gte.10', true],
    ['id=lte.9', false],
    ['id=in.(9,10)', true],
    ['id=in.(9,11)', false],
    ['name=in.("a,b_c",x)', true],
    ['name=like.a%c', true],
    ['name=like.a_b_c', true],
    ['name=like.a%b\\_c', true],
    ['name=like.A%', false],
    ['name=ilike.A%', true],
    ['name=match.^a.b', true],
    ['name=imatch.^A', true],
    ['name=gt.a', true],
    ['done=is.false', true],
    ['done=is.true', false],
    ['done=is.null', false],
    ['done=eq.f', true],
    ['name=isdistinct.x', true],
    ['id=not.eq.10', false],
    ['id=not.in.(9)', true],
    ['at=eq.2026-01-01 01:00:00+01', true],
    ['at=lt.2026-01-01T00:00:01Z', true],
    ['id=gt.9,id=lt.11', true],
    ['id=gt.9,done=is.true', false],
  ])('%s: %s', (filter, expected) => {
    expect(passes(filter)).toBe(expected);
  });

  it('is not satisfied by NULL, nor is its negation, but `is` and `isdistinct` are', () => {
    const empty = { ...row, name: null };
    expect(passes('name=eq.x', empty)).toBe(false);
    expect(passes('name=not.eq.x', empty)).toBe(false);
    expect(passes('name=not.in.(x)', empty)).toBe(false);
    expect(passes('name=not.like.x%', empty)).toBe(false);
    expect(passes('name=is.null', empty)).toBe(true);
    expect(passes('name=is.unknown', empty)).toBe(true);
    expect(passes('name=isdistinct.x', empty)).toBe(true);
  });

  it('is unknown where the row lacks its column', () => {
    expect(passes('name=eq.x', { id: 10 })).toBeUndefined();
  });

  it.each([
    ['size=eq.1', 'invalid column for filter size'],
    ['id=eq.much', 'invalid input syntax for type int8: "much"'],
    ['done=eq.perhaps', 'invalid input syntax for type bool: "perhaps"'],
    ['id=near.1', 'unknown operator near'],
    ['done=is.perhaps', 'invalid value for the operator is: perhaps'],
    ['nothing', 'Error parsing filter "nothing"'],
    [`id=in.(${Array.from({ length: 101 }, (_, at) => at).join()})`, 'too many values for the operator in: 101'],
  ])('is refused: %s', (filter, message) => {
    expect(() => passes(filter)).toThrow(message);
  });
});
