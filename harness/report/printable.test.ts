import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { EnvironmentError } from '../errors.ts';
import { printable, printableData, printableJson, printableLines, quotedLines } from './printable.ts';

/** Everything that a terminal interprets, and what hides or reorders text. */
const HOSTILE = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(0x7f + code)),
  ...'\u200B\u200E\u202A\u202E\u2028\u2029\u2066\u2069\uFEFF\u{E0041}\uD800',
];
const anyText = fc.string({ unit: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 3 })) });

describe('a text is printable', () => {
  it.each([
    ['story-1\n✓ monotonic-view', String.raw`story-1\n✓ monotonic-view`],
    ['\u001B[2K\r\u001B[32m✓', String.raw`\u{1b}[2K\r\u{1b}[32m✓`],
    ['\u009B31m', String.raw`\u{9b}31m`],
    ['a\u202Eb\u2066c', String.raw`a\u{202e}b\u{2066}c`],
    ['\uD800', String.raw`\u{d800}`],
    ['##[error]x', String.raw`\u{23}#[error]x`],
  ])('%j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('and unchanged if it already is', () => {
    const plain = 'größe 85% «日本語» 👩‍💻 می‌خواهم #1 ## C:\\new';
    expect(printable(plain)).toBe(plain);
    fc.assert(fc.property(anyText, (text) => printable(printable(text)) === printable(text)));
  });

  test.each(HOSTILE)('%j', (char) => {
    expect(printable(`a${char}b`)).toMatch(/^a\\(u\{[\da-f]+\}|[nrt])b$/);
  });
});

test('lines of others stand behind a bar, except for the first', () => {
  expect(quotedLines(printableLines('it ended\r\n✓ integrity\r\u001B[1A'))).toEqual([
    'it ended',
    '  | ✓ integrity',
    String.raw`  | \u{1b}[1A`,
  ]);
});

test('JSON keeps its value, and loses every character that a terminal interprets', () => {
  const property = fc.property(fc.dictionary(anyText, anyText), (value) => {
    const json = printableJson(JSON.stringify(value, undefined, 2));
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    expect(printable(json.replaceAll('\n', '').replaceAll('##[', ''))).toBe(
      json.replaceAll('\n', '').replaceAll('##[', ''),
    );
  });
  fc.assert(property);
});

test('data keep their shape, and errors their class, hint and lines', () => {
  const data = { 'a\n': ['b\r', { c: 1, d: null }], at: new Date(0) };
  expect(printableData(data)).toEqual({ [String.raw`a\n`]: [String.raw`b\r`, { c: 1, d: null }], at: new Date(0) });
  const error = printableData(new EnvironmentError('server-ended', 'it ended\n\u001B[1A', 'start\nit'));
  expect(error).toBeInstanceOf(EnvironmentError);
  expect([error.code, error.message, error.hint]).toEqual(['server-ended', 'it ended\n\\u{1b}[1A', 'start\nit']);
});
