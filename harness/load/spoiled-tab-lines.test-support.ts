/** Spoiled lines of tabs, for the property test and for `bench/spoiled-logs.ts`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { UsageError } from '../errors.ts';
import { HistoryReader } from '../history/reader.ts';
import { spoiledArbitrary } from '../history/spoiled-file.test-support.ts';
import { mergeTabLines } from './merge-tab-lines.ts';

/** What three tabs write, with lines of k6 between. */
export const TAB_LINES: readonly string[] = [
  'time="2026-03-02T10:00:00Z" level=info msg="running"',
  ...Array.from({ length: 24 }, (_, at) => {
    const [tab, ordinal, story] = [1 + (at % 3), 1 + Math.floor(at / 3), at < 12 ? 0 : 1];
    const startMs = 1_772_445_600_000 + at * 170;
    const answer =
      at % 7 === 3 ? '503 no%20replica' : `200 ${1 + story} ${(at % 12) * 8.5} ${at % 5 === 0 ? '' : 'in%20progress'}`;
    return `p ${tab} ${ordinal} ${story} ${startMs} ${startMs + 12} 11.25 ${answer}`;
  }),
  'c 1772445600000 1772445600002 3.5',
];

export function spoiledTabLines(): fc.Arbitrary<Buffer> {
  const whole = fc.constant(TAB_LINES).map((lines) => [...lines]);
  const field = fc.constantFrom(
    '',
    '-1',
    'NaN',
    '1e9',
    '9'.repeat(30),
    '%',
    '%E0%A4',
    'null',
    '0.5',
    '\u0000',
    '4294967295',
  );
  const damage = fc.array(fc.record({ line: fc.nat(), at: fc.nat(), field }), { maxLength: 2 });
  // Fields of their own kind, besides those that every format is spoiled with.
  const replaced = fc.tuple(whole, damage).map(([lines, damages]) => {
    for (const { line, at, field: other } of damages) {
      const fields = lines[line % lines.length]!.split(' ');
      fields[at % fields.length] = other;
      lines[line % lines.length] = fields.join(' ');
    }
    return lines;
  });
  return fc.oneof(
    replaced.map((lines) => Buffer.from(lines.join('\n'))),
    spoiledArbitrary(replaced),
  );
}

/** `imported`, the message of the refusal with `f` for the file, or `crashed: …`. */
export async function outcomeOfTabLines(bytes: Uint8Array): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-tab-lines-'));
  const [file, history] = [join(folder, 'f.log'), join(folder, 'history.ndjson')];
  try {
    writeFileSync(file, bytes);
    await mergeTabLines([file], history);
    const reader = new HistoryReader('history');
    reader.push(readFileSync(history));
    reader.end();
    return 'imported';
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(file, 'f');
    return `crashed: ${(error as Error).stack}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What an outcome may be. A file without any poll has no line to name. */
export const FINE_TAB_LINES = /^(?:imported$|f:\d+: [^]|f: no poll of a tab$)/;
