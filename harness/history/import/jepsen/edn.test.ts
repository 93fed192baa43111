import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainOf, printPlain } from './edn-value.ts';
import type { Plain } from './edn-value.ts';
import { readForms } from './edn.ts';

const read = (text: string): Plain[] => [...readForms([text])].map(({ value }) => plainOf(value));

const understood: [what: string, text: string, values: Plain[]][] = [
  ['nothing at all', '', []],
  ['nil, true and false', 'nil true false', [null, true, false]],
  ['integers with and without sign or N', '0 -1 +5 7N 0x1F', [0, -1, 5, 7, 31]],
  [
    'integers past 2^53 digit by digit',
    '9007199254740993 -9007199254740993',
    ['9007199254740993', '-9007199254740993'],
  ],
  ['floats and decimals', '1.5 -0.25 1e3 2.5M', [1.5, -0.25, 1000, 2.5]],
  [
    'a float that is too large for one, as its text',
    '1e400 ##Inf ##-Inf ##NaN',
    ['1e400', 'Infinity', '-Infinity', 'NaN'],
  ],
  ['ratios as their text', '1/2', ['1/2']],
  ['strings with escapes', String.raw`"a\"b\\c\n\u00e9\101"`, ['a"b\\c\néA']],
  ['a string over two lines', '"a\nb"', ['a\nb']],
  ['characters', String.raw`\a \newline \( \" \u0041`, ['a', '\n', '(', '"', 'A']],
  [
    'keywords with their colon, which no string has',
    ':read "read" :jepsen.nemesis/start',
    [':read', 'read', ':jepsen.nemesis/start'],
  ],
  ['symbols', 'java.net.ConnectException foo/bar', ['java.net.ConnectException', 'foo/bar']],
  ['maps with keys of any kind', '{:a 1, "b" 2, c 3, 4 5}', [{ a: 1, b: 2, c: 3, '4': 5 }]],
  ['sets as arrays', '{:x #{1 2}}', [{ x: [1, 2] }]],
  ['lists in vectors', '{:x [(1 2) []]}', [{ x: [[1, 2], []] }]],
  [
    'tagged literals without their tag',
    '#inst "2024-06-01" #object[java.net.X 0x1f "a"]',
    ['2024-06-01', ['java.net.X', 31, 'a']],
  ],
  ['the items of a single vector', '[1 2]', [1, 2]],
  ['the items of a single list', ' ; a comment\n ({:a 1} {:a 2}) ', [{ a: 1 }, { a: 2 }]],
  ['comments to the end of the line', '1 ; 2 "\n3;', [1, 3]],
  ['discarded forms, also nested and before the end', '[#_1 #_[2 #{3}] 4 #_ #_ 5 6 7 #_8]', [4, 7]],
  ['a discarded form in a map', '{:a #_1 2 #_:b}', [{ a: 2 }]],
  ['commas as blanks', ',1,,2,', [1, 2]],
];

test.each(understood)('reads %s', (_, text, values) => {
  expect(read(text)).toEqual(values);
});

const refused: [what: string, text: string, line: number, message: string][] = [
  ['a map that does not end', '{:a 1}\n{:a\n', 2, 'the text ends before its }'],
  ['a vector of operations that does not end', '[{:a 1}\n{:a 2}\n', 3, 'the text ends before a ]'],
  ['a string that does not end', '\n{:a "x}\n\n', 2, 'a string has no end'],
  ['a key without a value', '\n{:a 1 :b}', 2, 'a map has a key without a value'],
  ['a bracket that was not opened', '{:a 1}}', 1, 'unexpected }'],
  ['a bracket of another kind', '{:a [1}', 1, 'unexpected }'],
  ['text after the end of the history', '[1]\n2', 2, 'unexpected text after the end of the history'],
  ['a discard of nothing', '[1 #_]', 1, 'nothing follows #_'],
  ['a tag of nothing', '#inst', 1, 'nothing follows #inst'],
  ['an unknown escape', String.raw`"\q"`, 1, String.raw`\q is not a string escape`],
  ['an unknown character', String.raw`\enter`, 1, String.raw`\enter is not a character`],
  ['a backslash at the end', '\\', 1, 'nothing follows \\'],
  ['an unknown dispatch', '#(+ 1 2)', 1, '# is not EDN'],
  ['an unknown number', '##Infinity', 1, '##Infinity is not EDN'],
  ['a word that begins like a number', '12ab', 1, '12ab is not a number'],
  ['a leading zero', '012', 1, '012 is not a number'],
  ['a keyword without a name', '{: 1}', 1, ': is not a keyword'],
  ['nesting without end', '['.repeat(100_000), 1, 'nested deeper than 500'],
];

test.each(refused)('refuses %s, with the line', (_, text, line, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ line, message }));
});

test('every form has the line on which it begins', () => {
  const lines = [...readForms(['[{:a\n 1}\n\n; x\n {:b 2} #_{:c\n 3} {:d 4}]'])].map(({ line }) => line);
  expect(lines).toEqual([1, 5, 6]);
});

test('JSON survives a conversion to EDN and back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      const [, back] = read(`nil ${printPlain(value as Plain)}`);
      expect(JSON.stringify(back)).toBe(JSON.stringify(value));
    }),
    { numRuns: 500 },
  );
});

function outcome(text: string): string {
  try {
    read(text);
    return 'read';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

test('any text is read or refused', () => {
  const pieces = fc.constantFrom(...'{}[]()#_"\\;:,/+-.0189eENMx nil\n\u00e9');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (text) => {
      expect(outcome(text.join(''))).toMatch(/^(read|SyntaxProblem)$/);
    }),
    { numRuns: 2000 },
  );
});
