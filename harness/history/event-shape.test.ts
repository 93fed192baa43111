import { describe, expect, it } from 'vitest';
import { shapeProblem, show, valueProblem } from './event-shape.ts';

const event = { index: 0, time: 0, process: 'tab-1', type: 'invoke', f: 'read', key: 'story-1' };
const problem = (fields: object): string | undefined => shapeProblem({ ...event, ...fields });

describe('a value', () => {
  it.each([
    ['read', 'ok', 'value is missing: a completed read has one'],
    ['write', 'invoke', 'value is missing: the invoke of a write has one'],
    ['cas', 'invoke', 'value is missing: the invoke of a cas has one'],
    ['show', 'ok', 'value is missing: a completed show has one'],
    ['receive', 'ok', 'value is missing: a completed receive has one'],
    ['read', 'invoke', undefined],
    ['read', 'fail', undefined],
    ['read', 'info', undefined],
    ['write', 'ok', undefined],
    ['write', 'fail', undefined],
    ['write', 'info', undefined],
    ['cas', 'ok', undefined],
    ['start', 'invoke', undefined],
    ['start', 'ok', undefined],
  ])('of a %s with type %s: missing is %s', (f, type, expected) => {
    expect(problem({ f, type })).toBe(expected);
  });

  it('of a cas is a pair of scalars, and may be null once it has completed', () => {
    const ofCas = (type: string, value: unknown): string | undefined => problem({ f: 'cas', type, value });
    const wanted = 'the value of a cas must be [from, to], two scalars, not ';
    expect(ofCas('invoke', [null, 1])).toBeUndefined();
    expect(ofCas('ok', ['a', true])).toBeUndefined();
    expect(ofCas('ok', null)).toBeUndefined();
    expect(ofCas('invoke', null)).toBe(`${wanted}null`);
    expect(ofCas('ok', 1)).toBe(`${wanted}1`);
    expect(ofCas('info', [1])).toBe(`${wanted}[1]`);
    expect(ofCas('fail', [1, {}])).toBe(`${wanted}[1,{}]`);
    expect(ofCas('invoke', [2 ** 53, 1])).toContain('within 2^53 - 1');
    expect(ofCas('invoke', [1, -(2 ** 53)])).toContain('within 2^53 - 1');
    expect(valueProblem([1, 2])).toContain('only a cas has a pair');
  });

  it('is any text, but only a number that JSON keeps exactly', () => {
    expect(valueProblem('99999999999999999999')).toBeUndefined();
    expect(valueProblem(Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(valueProblem(-Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(valueProblem(2 ** 53)).toBe(
      'value must be a number within 2^53 - 1, which JSON keeps exactly, not 9007199254740992',
    );
  });

  it('of a fault is not judged', () => {
    expect(problem({ f: 'fault', type: 'info', value: { progress: 'x' } })).toBeUndefined();
  });
});

describe('a key', () => {
  it('may be missing or null only in a fault, which may have one', () => {
    const fault = { f: 'fault', type: 'info' };
    expect(problem({ ...fault, key: null })).toBeUndefined();
    expect(problem({ ...fault, key: undefined })).toBeUndefined();
    expect(problem({ ...fault, key: 'story-1' })).toBeUndefined();
    expect(problem({ ...fault, key: {} })).toBe('key must be a string or an integer, not {}');
    expect(problem({ key: null })).toBe('key must be a string or an integer, not null');
    expect(problem({ key: undefined })).toBe('key is missing');
  });
});

describe('what a message shows', () => {
  it('is JSON of at most 60 characters', () => {
    expect(show('x'.repeat(58))).toBe(`"${'x'.repeat(58)}"`);
    expect(show('x'.repeat(59))).toBe(`"${'x'.repeat(59)}…`);
    expect(show(() => 1)).toBe('() => 1');
  });

  it('is a beginning if it is nested too deeply', () => {
    const nested = (open: string, close: string): unknown =>
      JSON.parse(open.repeat(100_000) + 0 + close.repeat(100_000));
    expect(show(nested('[', ']'))).toBe('[[…');
    expect(show(nested('{"a":', '}'))).toBe('{…');
  });
});
