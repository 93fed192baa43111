import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../checker/compose.ts';
import { properties } from '../checker/properties.ts';
import type { PropertyName } from '../checker/properties.ts';
import { UsageError } from '../errors.ts';
import { NONE, NOTHING } from './codes.ts';
import { formatEvent } from './codec.ts';
import { asColumns } from './columns-builder.ts';
import type { HistoryColumns } from './columns.ts';
import type { History, HistoryEvent } from './event.ts';
import { historyArbitrary } from './random-history.test-support.ts';
import { HistoryReader } from './reader.ts';
import { spoiledArbitrary } from './spoiled-file.test-support.ts';

const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'));
const names = Object.keys(properties) as PropertyName[];

function read(bytes: Uint8Array, cuts: readonly number[] = []): HistoryColumns {
  const reader = new HistoryReader('h');
  let from = 0;
  for (const cut of cuts.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    reader.push(bytes.subarray(from, cut));
    from = cut;
  }
  reader.push(bytes.subarray(from));
  return reader.end();
}

/** All that a checker can see, with names in place of their ids. */
function visible(history: HistoryColumns) {
  return Array.from({ length: history.length }, (_, at) => ({
    time: history.time[at],
    code: history.code[at],
    process: history.names.nameOf(history.process[at]!),
    session: history.sessionName(at),
    key: history.keyName(at),
    mate: history.mate[at],
    shape: history.shape[at],
    value: history.valueAt(at),
    status: statusName(history, at),
    from: history.swapFrom.get(at),
    view:
      history.view[at] === -1
        ? undefined
        : [history.views.firstOf(history.view[at]!), history.views.secondOf(history.view[at]!)].map((id) =>
            history.names.nameOf(id),
          ),
  }));
}

function statusName({ shape, status, names }: HistoryColumns, at: number): unknown {
  return shape[at] === NOTHING || status[at] === NONE ? undefined : names.nameOf(status[at]!);
}

/** The result of reading: all that is visible, or the refusal. Any other error fails the test. */
function outcome(work: () => HistoryColumns): ReturnType<typeof visible> | string {
  try {
    return visible(work());
  } catch (error) {
    const isRefusal = error instanceof UsageError && error.exitCode === 64 && /^h:[1-9]\d*: ./.test(error.message);
    if (!isRefusal) throw error;
    return error.message;
  }
}

const style = fc.record({
  shuffle: fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
  space: fc.constantFrom('', ' ', '\t', '  '),
  extra: fc.json({ maxDepth: 3 }),
  decimals: fc.boolean(),
});

/** The same event written differently: with its fields in another order, white space, and an extra field. */
function restyled(
  event: HistoryEvent,
  { shuffle, space, extra, decimals }: typeof style extends fc.Arbitrary<infer T> ? T : never,
): string {
  const fields = Object.entries(event).filter(([, value]) => value !== undefined);
  const ordered = fields
    .map(([name, value], at) => ({ name, value, place: shuffle[at] ?? 0 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ name, value }) => `${space}"${name}"${space}:${space}${spaced(value, space)}`);
  const text = `{${ordered.join(`${space},`)},${space}"extra":${extra}${space}}${space}`;
  return decimals ? text.replaceAll(/("progress"\s*:\s*\d+)/g, '$1.50').replaceAll('100.50', '100.0') : text;
}

function spaced(value: unknown, space: string): string {
  return JSON.stringify(value).replaceAll(/([{,:])/g, `$1${space}`);
}

test('a history reads the same from bytes as from events, however it is written and cut', () => {
  fc.assert(
    fc.property(histories, style, fc.array(fc.nat(), { maxLength: 5 }), ({ events }, how, cuts) => {
      const lines = events.map((event) => restyled(event, how));
      const parsed: History = { header: undefined, events: lines.map((line) => JSON.parse(line) as HistoryEvent) };
      const columns = read(Buffer.from(lines.join('\n')), cuts);
      expect(visible(columns)).toEqual(visible(asColumns(parsed)));
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 1000 },
  );
});

test('ten thousand corrupted files are read, or refused with a line number, and judged without a crash', () => {
  let refused = 0;
  const numRuns = fc.readConfigureGlobal().numRuns ?? 10_000;
  fc.assert(
    fc.property(
      spoiledArbitrary(histories.map(({ events }) => events.map(formatEvent))),
      fc.array(fc.nat(), { maxLength: 3 }),
      (bytes, cuts) => {
        const whole = outcome(() => read(bytes));
        expect(outcome(() => read(bytes, cuts))).toEqual(whole);
        expect(outcome(() => read(indented(bytes)))).toEqual(whole);
        if (typeof whole === 'string') refused += 1;
        expect(typeof whole === 'string' ? [] : reasons(bytes)).not.toContainEqual(expect.stringContaining('broke'));
      },
    ),
    { numRuns },
  );
  expect(refused).toBeGreaterThan(numRuns / 2);
}, 120_000);

function reasons(bytes: Uint8Array): string[] {
  return judge(read(bytes), names).verdicts.map(({ reason }) => reason ?? '');
}

/** A line with a leading space is read by `JSON.parse`: both ways of reading a line must agree. */
function indented(bytes: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push(Buffer.from(' '), bytes.subarray(start, end));
    start = end;
  }
  return Buffer.concat(lines);
}
