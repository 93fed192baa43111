/** Any file is imported, or refused with file and line; nothing crashes. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { exportJepsenEdn } from '../export/jepsen-edn-export.ts';
import { historyArbitrary } from '../random-history.test-support.ts';
import { importJepsenEdn, importJepsenJson } from './jepsen/jepsen.ts';
import { parseMapping } from './log/mapping.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/logs/${name}`, import.meta.url), 'utf8');
const mapping = fixture('status-endpoint.map.yaml');
const json = JSON.stringify([
  { type: 'invoke', f: 'cas', process: 0, value: ['k', [1, 2]], index: 0, time: 5 },
  { type: 'info', f: 'start', process: 'nemesis', value: { a: ['b'] } },
  { type: 'ok', f: 'cas', process: 0, value: ['k', [1, 2]], error: 'x\\"y' },
]);

/** A text with parts removed, inserted, duplicated or moved. */
function damaged(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const odd = fc.constantFrom(
    '',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    '#',
    ',',
    '-',
    '\n',
    '\u0000',
    '\uD800',
    '9'.repeat(400),
    'null',
    'nil',
    '&a *a',
    '1e999',
    '{}',
    '[[',
    '\uFEFF',
  );
  const cut = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12), odd });
  return fc.tuple(texts, fc.array(cut, { maxLength: 4 })).map(([text, cuts]) =>
    cuts.reduce((before, { from, length, odd: piece }) => {
      const at = Math.floor(from * before.length);
      return before.slice(0, at) + piece + before.slice(at + length);
    }, text),
  );
}

function outcome(work: () => unknown): string {
  try {
    work();
    return 'imported';
  } catch (error) {
    return error instanceof UsageError ? error.message : `crashed: ${(error as Error).stack}`;
  }
}

const edn = fc
  .oneof(historyArbitrary('progress'), historyArbitrary('register'))
  .map((history) => [...exportJepsenEdn(history)].join('\n'));
const importers: [what: string, texts: fc.Arbitrary<string>, work: (text: string) => unknown][] = [
  ['EDN', edn, (text) => importJepsenEdn(text, 'f')],
  ['JSON', fc.constant(json), (text) => importJepsenJson(text, 'f')],
  ['a mapping', fc.constant(mapping), (text) => parseMapping(text, 'f')],
];

test.each(importers)(
  '%s that is damaged is imported or refused',
  (_, texts, work) => {
    fc.assert(
      fc.property(damaged(texts), (text) => {
        expect(outcome(() => work(text))).toMatch(/^(imported|f:\d+: [^])/);
      }),
      { numRuns: 2500 },
    );
  },
  60_000,
);
