/** Generates corrupted history files. */
import * as fc from 'fast-check';

type Spoil = (bytes: Buffer, at: number, seed: number) => Buffer;

const splice = (bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);

/** Replaces the first value after `at`. */
const withValue =
  (values: readonly string[]): Spoil =>
  (bytes, at, seed) => {
    const text = bytes.toString('latin1');
    const colon = text.indexOf(':', at);
    const length = /^(?:"[^"]*"|-?[\d.]+|\{[^}]*\}|\[[^\]]*\]|\w+)/.exec(text.slice(colon + 1))?.[0].length ?? 0;
    return colon === -1 ? bytes : splice(bytes, colon + 1, length, Buffer.from(values[seed % values.length]!));
  };

const numbers = [
  '9007199254740993',
  '1e400',
  '-1',
  '-0',
  '0.5',
  '00',
  '1.',
  '1e2',
  '1E+2',
  '9'.repeat(400),
  '100.0000001',
  '123456789012345678',
];
const others = [
  'null',
  'true',
  '""',
  '"a"',
  '[]',
  '{}',
  '[1,2]',
  '[null,"x"]',
  '{"progress":1}',
  '{"progress":"1"}',
  '"\\u0061"',
  '"\\ud800"',
  'nul',
  'undefined',
];
const fields = [
  '"index":0,',
  '"time":5,',
  '"type":"ok",',
  '"value":1,',
  '"key":"k",',
  '"lsn":1,',
  '"progress":1,',
  '"status":"failed",',
  '"phase":"end",',
];

const spoils: Spoil[] = [
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, seed) => splice(bytes, at, 1, Buffer.from([seed % 256])),
  (bytes, at, seed) => splice(bytes, at, 0, Buffer.from([seed % 256, (seed >> 8) % 256, 0x80])),
  (bytes, at, seed) => splice(bytes, at, seed % 40, Buffer.alloc(0)),
  (bytes, at, seed) => splice(bytes, at, 0, Buffer.alloc(1 + (seed % 300), '[{"'.charCodeAt(seed % 3))),
  (bytes, at) => splice(bytes, at, 0, Buffer.from('\n')),
  (bytes, at, seed) => splice(bytes, at, 0, Buffer.alloc(seed % 5000, 'x')),
  withValue(numbers),
  withValue(others),
  (bytes, at, seed) => {
    const brace = bytes.indexOf('{', at);
    return brace === -1 ? bytes : splice(bytes, brace + 1, 0, Buffer.from(fields[seed % fields.length]!));
  },
  (bytes, at, seed) => {
    const lines = bytes.toString('latin1').split('\n');
    const [one, other] = [at % lines.length, seed % lines.length];
    const moved = lines.splice(one, 1);
    lines.splice(other, 0, ...moved);
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/**
 * Applies one to three corruptions: truncation, binary data, cuts, repetition, long or nested values, wrong types,
 * duplicate fields.
 */
export function spoiledArbitrary(lines: fc.Arbitrary<string[]>): fc.Arbitrary<Buffer> {
  const damage = fc.record({ how: fc.nat(spoils.length - 1), at: fc.nat(), seed: fc.nat() });
  return fc.tuple(lines, fc.array(damage, { minLength: 1, maxLength: 3 })).map(([whole, damages]) => {
    let bytes = Buffer.from(whole.join('\n'));
    for (const { how, at, seed } of damages) bytes = Buffer.from(spoils[how]!(bytes, at % (bytes.length + 1), seed));
    return bytes;
  });
}
