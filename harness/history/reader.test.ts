import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { SHOW_OK, WATCH_BEGIN_OK, WATCH_END_OK } from './codes.ts';
import type { HistoryColumns } from './columns.ts';
import { HistoryReader } from './reader.ts';

const first = '{"index":0,"time":0,"process":"a","type":"invoke","f":"read","key":"s"}';
const shown = (value: string, extra = ''): string =>
  `{"index":0,"time":0,"process":"a","type":"ok","f":"show","key":"s","value":${value}${extra}}`;

function read(...chunks: (string | Uint8Array)[]): HistoryColumns {
  const reader = new HistoryReader('h.ndjson');
  for (const chunk of chunks) reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return reader.end();
}

/** The message of the refusal. */
function refusal(...chunks: (string | Uint8Array)[]): string {
  try {
    read(...chunks);
  } catch (error) {
    return error instanceof UsageError && error.exitCode === 64 ? error.message : `crashed: ${String(error)}`;
  }
  return 'accepted';
}

test('a line may arrive in any number of chunks', () => {
  const bytes = Buffer.from(`${first}\n`);
  const history = read(...Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1)));
  expect(history.length).toBe(1);
  expect(history.eventAt(0)).toEqual(JSON.parse(first));
});

test('the events of all chunks can be read again with their extra fields', () => {
  const lines = Array.from(
    { length: 50 },
    (_, index) =>
      `{"index":${index},"time":${index},"process":"a","type":"ok","f":"show","key":"s","value":{"progress":${index}},"lsn":"0/${index}","deep":{"a":[1,{"b":null}]}}`,
  );
  const text = lines.join('\n');
  for (const size of [1, 7, 64, 1000, text.length]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.slice(at * size, (at + 1) * size),
    );
    const history = read(...pieces);
    expect(Array.from({ length: history.length }, (_, index) => history.eventAt(index))).toEqual(
      lines.map((line) => JSON.parse(line)),
    );
  }
});

test('empty lines, with any white space, are allowed only at the end', () => {
  expect(read(`${first}\n\n  \n\t\r\n\u00a0`).length).toBe(1);
  expect(read('\n \n').length).toBe(0);
  expect(refusal(`\n${first}`)).toBe('h.ndjson:1: empty lines are allowed only at the end of the file');
  expect(refusal(`${first}\n\n\n{"index":`)).toBe('h.ndjson:2: empty lines are allowed only at the end of the file');
  expect(refusal(`${first}\n\n`, Buffer.from([0xff]))).toBe(
    'h.ndjson:2: empty lines are allowed only at the end of the file',
  );
});

test('text that is not UTF-8 is refused at its line', () => {
  expect(refusal(`${first}\n`, Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toBe('h.ndjson:2: not UTF-8 text');
  expect(refusal(shown('"'), Buffer.from([0xff]), '"}')).toBe('h.ndjson:1: not UTF-8 text');
  expect(refusal(`${first}\n${first}\n`, Buffer.from([0xff]))).toBe('h.ndjson:2: index is 0, expected 1');
});

test('characters of several bytes may be split between chunks', () => {
  const bytes = Buffer.from(shown('"ü€😀"'));
  expect(read(bytes.subarray(0, 83), bytes.subarray(83)).valueAt(0)).toBe('ü€😀');
});

test('a duplicate judged field is refused, because it is ambiguous', () => {
  expect(refusal(shown('1', ',"value":2'))).toBe('h.ndjson:1: value appears twice');
  expect(refusal(shown('{"progress":85,"progress":10}'))).toBe('h.ndjson:1: progress appears twice');
  expect(refusal(shown('{"progress":85,"pro\\u0067ress":10}'))).toBe('h.ndjson:1: progress appears twice');
  expect(refusal(shown('1', ',"t\\u0069me":2'))).toBe('h.ndjson:1: time appears twice');
  expect(refusal('{"history":1,"history":2}')).toBe('h.ndjson:1: history appears twice');
});

test('a field that is not judged, or is in another object, may be duplicated', () => {
  expect(read(shown('1', ',"lsn":1,"lsn":2')).length).toBe(1);
  expect(read(shown('1', ',"note":{"time":1,"time":2,"value":{"progress":1,"progress":2}}')).length).toBe(1);
  expect(read(shown('{"progress":1,"at":1,"at":2}', ',"progress":1,"status":["value:{","\\"value\\":"]')).length).toBe(
    1,
  );
});

test('the phase of a watch must be valid and occur once; for any other event it is an extra field', () => {
  const watch = (extra: string): string =>
    `{"index":0,"time":0,"process":"a","type":"ok","f":"watch","key":"s"${extra}}`;
  const codes = ['"begin"', '"end"'].map((phase) => read(watch(`,"phase":${phase}`)).code[0]);
  expect(codes).toEqual([WATCH_BEGIN_OK, WATCH_END_OK]);
  expect(refusal(watch(',"phase":5'))).toBe('h.ndjson:1: phase 5 is not one of begin, end');
  expect(refusal(watch(',"phase":"begin","phase":"begin"'))).toBe('h.ndjson:1: phase appears twice');
  for (const extra of [',"phase":5', ',"phase":"end"', ',"phase":{"a":[1]},"phase":"end"']) {
    expect(read(shown('1', extra)).code[0]).toBe(SHOW_OK);
  }
});

test('a watch has no value, also if it has the field', () => {
  const line = '{"index":0,"time":0,"process":"a","type":"ok","f":"watch","key":"s","phase":"begin","value":1}';
  expect(read(line).valueAt(0)).toBeUndefined();
});

test('numbers that JSON does not keep exactly are refused', () => {
  expect(refusal(shown('9007199254740993'))).toContain('h.ndjson:1: value must be a number within 2^53 - 1');
  expect(refusal(shown('-1e400'))).toContain('value must be a number within 2^53 - 1');
  expect(refusal(first.replace('"a"', '9007199254740993'))).toContain('process must be a string or an integer');
  expect(refusal(first.replace('"time":0', '"time":9007199254740993'))).toContain('time must be an integer');
  const swap = (pair: string): string =>
    `{"index":0,"time":0,"process":"a","type":"invoke","f":"cas","key":"s","value":${pair}}`;
  expect(refusal(swap('[1e16,1]'))).toContain('value must be a number within 2^53 - 1');
  expect(refusal(swap('[1,1e16]'))).toContain('value must be a number within 2^53 - 1');
  expect(read(shown('9007199254740991')).valueAt(0)).toBe(9007199254740991);
  expect(read(shown('-9007199254740991')).valueAt(0)).toBe(-9007199254740991);
});

test('values may be nested thousands of levels deep', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(refusal(first.replace('"a"', deep))).toBe('h.ndjson:1: process must be a string or an integer, not [[…');
  expect(refusal(first.replace('"a"', `{"a":${deep}}`))).toBe(
    'h.ndjson:1: process must be a string or an integer, not {…',
  );
  expect(read(shown('1', `,"extra":${deep}`)).length).toBe(1);
  expect(refusal('['.repeat(100_000))).toBe('h.ndjson:1: not valid JSON: is the line complete?');
});

test('a line that is too long is refused before it is read completely', () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 0x20);
  const message = 'h.ndjson:2: the line is longer than 64 MiB';
  expect(refusal(`${first}\n`, ...Array.from({ length: 70 }, () => mebibyte))).toBe(message);
  expect(
    refusal(
      Buffer.concat([Buffer.from(`${first}\n`), ...Array.from({ length: 65 }, () => mebibyte), Buffer.from('\n')]),
    ),
  ).toBe(message);
});

test('a byte order mark is not valid JSON', () => {
  expect(refusal(`\ufeff${first}`)).toBe('h.ndjson:1: not valid JSON: is the line complete?');
  expect(read(shown('"\ufeffa"')).valueAt(0)).toBe('\ufeffa');
});
