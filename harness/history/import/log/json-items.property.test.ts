/** Items of JSON documents, however they are cut. */
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SyntaxProblem } from '../problem.ts';
import { JsonItems, type JsonItem } from './json-items.ts';

function itemsOf(text: string, wanted: readonly string[], cuts: readonly number[] = []): JsonItem[] {
  const reader = new JsonItems(wanted);
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** Without integers past 2^53, which become texts. */
const value = fc.jsonValue({ maxDepth: 3 }).filter((each) => !/\d{16}/.test(JSON.stringify(each)));
const cuts = fc.array(fc.nat(), { maxLength: 6 });

test('the elements of a list within documents are those that JSON.parse gives', () => {
  const document = fc.record({ before: value, entries: fc.array(value), after: value });
  fc.assert(
    fc.property(fc.array(document, { maxLength: 3 }), cuts, fc.nat(3), (documents, where, indent) => {
      const text = documents.map((log) => JSON.stringify({ x: [1, '"'], log }, undefined, indent)).join('\n');
      const found = itemsOf(text, ['log.entries.*'], where);
      expect(found.map((item) => item.value)).toEqual(
        documents.flatMap(({ entries }) => JSON.parse(JSON.stringify(entries)) as unknown[]),
      );
    }),
    { numRuns: 1000 },
  );
});

test('each item has the line in which it begins', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), cuts, (values, where) => {
      const lines = values.map((each) => JSON.stringify(each));
      const found = itemsOf(`[\n${lines.join(',\n')}\n]`, ['*'], where);
      expect(found.map(({ line }) => line)).toEqual(values.map((_, at) => at + 2));
    }),
    { numRuns: 300 },
  );
});

describe('what is not JSON is refused with its line', () => {
  const cases: [what: string, text: string, line: number][] = [
    ['a document that ends too early', '[1,\n2', 2],
    ['a text that ends within a string', '["a\\"', 1],
    ['a missing comma', '[1\n\n2]', 3],
    ['a missing name', '{"log":{"entries":[]},}', 1],
    ['a missing colon', '{"log"\n1}', 2],
    ['a word', '[\nnope]', 2],
    ['brackets that do not match', '[{"a":1]}]', 1],
    ['a bracket too much', '[]]', 1],
    ['a document in documents', '{"log":{"entries":[[[{"a":}]]]}}', 1],
  ];

  it.each(cases)('%s', (_, text, line) => {
    expect(() => itemsOf(text, ['*', 'log.entries.*'])).toThrow(expect.objectContaining({ line }));
  });

  it('however a text is spoiled', () => {
    const text = '[{"a":"\\"]","b":[1,2,{}]},\n{"c":null}]';
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 3 }), fc.nat(4), cuts, (at, odd, removed, where) => {
        try {
          itemsOf(text.slice(0, at) + odd + text.slice(at + removed), ['*'], where);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxProblem);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('numbers that JavaScript cannot hold stay exact', () => {
  expect(itemsOf('[{"id":9007199254740993}]', ['*'])[0]?.value).toEqual({ id: '9007199254740993' });
});
