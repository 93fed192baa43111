import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readForms } from './jepsen/edn.ts';
import { plainOf } from './jepsen/edn-value.ts';
import { readObjects } from './json-objects.ts';
import { readText } from './input-text.ts';

/** Pieces of a text of this length, cut at these places. */
function ranges(length: number, places: readonly number[]): [number, number][] {
  const ends = [...places.map((place) => place % (length + 1)), length].toSorted((a, b) => a - b);
  return ends.map((end, at) => [ends[at - 1] ?? 0, end]);
}

const cut = (text: string, places: readonly number[]): string[] =>
  ranges(text.length, places).map(([from, to]) => text.slice(from, to));
const cutBytes = (bytes: Buffer, places: readonly number[]): Buffer[] =>
  ranges(bytes.length, places).map(([from, to]) => bytes.subarray(from, to));

/** The items, or the problem with its line. */
function outcome<T>(items: () => Iterable<T>): unknown {
  const read: T[] = [];
  try {
    for (const item of items()) read.push(item);
  } catch (error) {
    return [...read, `${(error as { line?: number }).line}: ${(error as Error).message}`];
  }
  return read;
}

const places = fc.array(fc.nat(200), { maxLength: 6 });

const json = fc.constantFrom(
  '{"a":1}\n\n{"b":"}{\\"","c":[{}]}\n',
  ' [ {"a":1} ,\n {"b":"é"}\n]\n ',
  '[{"a":1}]\n x',
  '{"a":1}\n{"b":',
  '[{"a":1}\n{"b":2}]',
  '\n[',
  '',
);

test('JSON objects are the same, however their text is cut into pieces', () => {
  fc.assert(
    fc.property(json, places, (text, cuts) => {
      expect(outcome(() => readObjects(cut(text, cuts)))).toEqual(outcome(() => readObjects([text])));
    }),
    { numRuns: 2000 },
  );
});

const edn = fc.constantFrom(
  '{:type :invoke, :value 12} ; a note\n{:type :ok, :value "a\\n]"}\n',
  '[ {:a [1 2]}\n #jepsen.history.Op{:b \\newline} #_ {:c 3}\n {:d ##Inf} ]\n',
  '({:a 1})\n x',
  '{:a 1}\n{:b',
  '{:a 1}\n ]',
  '[{:a 1}\n',
  '{:a "x"}{:b \\u0041 :c 1/2}',
  '',
);

test('EDN forms are the same, however their text is cut into pieces', () => {
  const read = (pieces: string[]): unknown =>
    outcome(() => [...readForms(pieces)].map(({ value, line }) => [plainOf(value), line]));
  fc.assert(
    fc.property(edn, places, (text, cuts) => {
      expect(read(cut(text, cuts))).toEqual(read([text]));
    }),
    { numRuns: 2000 },
  );
});

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test('a text comes in pieces that end between characters', async () => {
  const whole = '\ufeffa é\n€ 😀 \u0000\n'.repeat(3);
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 40 }), async (cuts, pieceBytes) => {
      const pieces = await readText({ name: 'f', bytes: each(cutBytes(Buffer.from(whole), cuts)) }, pieceBytes);
      expect(pieces.join('')).toBe(whole.slice(1));
    }),
    { numRuns: 500 },
  );
});

test('the line that is not UTF-8 is named, wherever the text is cut', async () => {
  const whole = Buffer.concat([Buffer.from('é\n€\n'), Buffer.from([0x61, 0xe2, 0x82]), Buffer.from('\nz\n')]);
  await fc.assert(
    fc.asyncProperty(places, fc.integer({ min: 1, max: 12 }), async (cuts, pieceBytes) => {
      const reading = readText({ name: 'f', bytes: each(cutBytes(whole, cuts)) }, pieceBytes);
      await expect(reading).rejects.toThrow('f:3: not UTF-8 text');
    }),
    { numRuns: 300 },
  );
});
