import { describe, expect, it } from 'vitest';
import { COMMIT, ENDED, OK, READ, WATCH_BEGIN, WATCH_END, WRITE } from './codes.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import { fillRow, type EventRow } from './event-row.ts';
import type { HistoryEvent } from './event.ts';
import { UNUSUAL } from './json-skip.ts';
import { LineScanner } from './line-scanner.ts';

const builder = new ColumnsBuilder();
const scanner = new LineScanner(builder.row, builder.names);

/** The row that a line is scanned into, with what surrounds it; `undefined` if the scanner leaves the line to `JSON.parse`. */
function scanned(line: string, { before = '', after = '\n' } = {}): EventRow | undefined {
  const start = Buffer.byteLength(before);
  const end = scanner.scan(Buffer.from(before + line + after), start);
  if (end === UNUSUAL) return undefined;
  expect(end - start).toBe(Buffer.byteLength(line));
  return { ...builder.row };
}

function parsed(line: string): EventRow {
  fillRow(builder.row, JSON.parse(line) as HistoryEvent, builder.names);
  return { ...builder.row };
}

const line = (fields: string): string => `{"index":7,"time":1204,"process":"tab-1","key":"story-1",${fields}}`;
const value = (text: string): string => line(`"type":"ok","f":"read","value":${text}`);
const scalar = (text: string): string => line(`"type":"invoke","f":"write","value":${text}`);

describe('a usual line', () => {
  it.each([
    line('"type":"invoke","f":"read"'),
    line('"type":"fail","f":"read"'),
    line('"type":"info","f":"read"'),
    line('"type":"fail","f":"write"'),
    line('"type":"info","f":"write","error":"lost"'),
    line('"type":"ok","f":"write"'),
    line('"type":"invoke","f":"start"'),
    line('"type":"ok","f":"start","value":{"generation":2,"progress":0}'),
    line('"type":"ok","f":"show","value":{"progress":85}'),
    line('"type":"ok","f":"receive","value":{"progress":85}'),
    line('"type":"ok","f":"watch","phase":"begin"'),
    line('"phase":"end","type":"ok","f":"watch"'),
    line('"type":"ok","f":"show","value":1,"phase":"begin"'),
    line('"type":"invoke","f":"read","phase":7'),
    line('"type":"invoke","f":"read","session":"tab-1"'),
    '{"index":0,"time":0,"process":"db","type":"ok","f":"commit","key":"story-1","value":{"progress":1}}',
    '{"index":0,"time":123456789012345,"process":3,"session":4,"key":5,"type":"invoke","f":"read"}',
    '{ "f" :\t"read" , "type" : "invoke","key":"k","process":"p" ,"time":1,\t"index" : 1 }',
    '{"index":1,"time":1,"process":"ä→💥","key":"","type":"invoke","f":"read"}',
    value('{"generation":1,"progress":85,"status":"generating"}'),
    value('{"status":"completed","progress":100,"generation":12}'),
    value('{"progress":30,"status":"failed"}'),
    value('{"status":"a status of another application","progress":0}'),
    value('{"status":"a status of another application","progress":1}'),
    value('{ "progress" : 85.25 , "note":{"a":[1,{"b":null}]}, "state":1, "gene":2, "prog":3 }'),
    value('{"progress":0.000001}'),
    value('{"progress":99.99999999999}'),
    scalar('null'),
    scalar('true'),
    scalar('false'),
    scalar('"a text"'),
    scalar('""'),
    scalar('0'),
    scalar('-0'),
    scalar('-12'),
    scalar('-1.5'),
    scalar('123456789012345'),
    scalar('1234567.12345678'),
    line('"type":"invoke","f":"read","lsn":"0/3A1F0","attempts":[],"query":{},"a":-0.5,"b":true,"c":false,"d":null'),
    line('"type":"invoke","f":"read","timeout":1,"px":2,"indexes":3,"sess":4,"func":5,"keys":6,"values":7,"types":8'),
    line('"type":"invoke","f":"read","a":[ 1 ,\t[ ] , { "x" : "y" , "z" : 1 } ],"b":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]'),
  ])('is read as JSON.parse reads it: %s', (text) => {
    expect(scanned(text)).toEqual(parsed(text));
    expect(scanned(text, { before: `${text}\n`, after: '' })).toEqual(parsed(text));
  });

  it('has the code of its operation, type and phase', () => {
    const codeOf = (fields: string): number | undefined => scanned(line(fields))?.code;
    expect(codeOf('"type":"ok","f":"read","value":{"progress":1}')).toBe(READ * 4 + OK);
    expect(codeOf('"type":"ok","f":"write"')).toBe(WRITE * 4 + OK);
    expect(codeOf('"type":"ok","f":"watch","phase":"begin"')).toBe(WATCH_BEGIN * 4 + OK);
    expect(codeOf('"type":"ok","f":"watch","phase":"end"')).toBe(WATCH_END * 4 + OK);
    expect(scanned('{"index":0,"time":0,"process":"db","type":"ok","f":"commit","key":"k","value":1}')?.code).toBe(
      COMMIT * 4 + OK,
    );
  });

  it('has an ended value if its status is one that ends a generation', () => {
    const isEnded = (status: string): boolean =>
      ((scanned(value(`{"progress":1,"status":"${status}"}`))?.shape ?? 0) & ENDED) !== 0;
    expect(['completed', 'failed', 'complete', 'failed2', 'generating'].map(isEnded)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('does not keep what an earlier line has', () => {
    scanned(value('{"generation":9,"progress":85,"status":"completed"}'));
    scanned(line('"type":"ok","f":"watch","phase":"end","session":"another"'));
    expect(scanned(line('"type":"ok","f":"watch"'))).toBeUndefined();
    const text = line('"type":"invoke","f":"read"');
    expect(scanned(text)).toEqual(parsed(text));
  });

  it('may have more statuses than are kept for comparison', () => {
    for (let status = 0; status < 20; status += 1) {
      const text = value(`{"progress":1,"status":"status ${status}"}`);
      expect(scanned(text)).toEqual(parsed(text));
      expect(scanned(text)).toEqual(parsed(text));
    }
  });
});

describe('a line that is not usual', () => {
  it.each([
    '',
    '[]',
    ' {}',
    '{}',
    '{,}',
    '{"index"}',
    '{index:7}',
    line('"type":"invoke","f":"read",'),
    line('"type":"invoke","f":"read"').slice(0, -1),
    line('"type":"invoke" "f":"read"'),
    line('"type" "invoke","f":"read"'),
    line('"type":"invoke","f":"read","type":"ok"'),
    line('"type":"invoke","f":"read","session":"a","session":"a"'),
    line('"type":invoke,"f":"read"'),
    line('"type":"done","f":"read"'),
    line('"type":"okay","f":"read","value":1'),
    line('"type":"invoke","f":"rea"'),
    line('"type":"invoke","f":"fault"'),
    line('"type":"invoke","f":"cas","value":[1,2]'),
    line('"type":"invoke","f":"cas","value":1'),
    line('"type":"info","f":"fault","value":1'),
    line('"type":"invoke"'),
    line('"f":"read"'),
    // A value is missing, or the type is not that of a single event.
    line('"type":"ok","f":"read"'),
    line('"type":"invoke","f":"write"'),
    line('"type":"ok","f":"show"'),
    line('"type":"info","f":"show","value":1'),
    line('"type":"fail","f":"receive","value":1'),
    line('"type":"invoke","f":"watch","phase":"begin"'),
    line('"type":"ok","f":"watch","phase":"middle"'),
    line('"type":"ok","f":"watch","phase":begin'),
    line('"type":"ok","f":"commit","value":1'),
    '{"index":0,"time":0,"process":"db","type":"info","f":"commit","key":"k","value":1}',
    '{"index":0,"time":0,"process":"db","type":"ok","f":"commit","key":"k"}',
    // Names and numbers of another kind.
    '{"index":-1,"time":0,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1.5,"time":0,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":"1","time":0,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":01,"time":0,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1234567890123456,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1e3,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":"p\\u0041","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":"p\u0001","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":null,"key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":"p","key":["k"],"type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":"p","session":{},"key":"k","type":"invoke","f":"read"}',
    '{"time":1,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"process":"p","key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"key":"k","type":"invoke","f":"read"}',
    '{"index":1,"time":1,"process":"p","type":"invoke","f":"read"}',
    value('{}'),
    value('{"generation":1}'),
    value('{"progress":1,"progress":2}'),
    value('{"status":"a","progress":1,"status":"b"}'),
    value('{"progress":101}'),
    value('{"progress":-1}'),
    value('{"progress":"85"}'),
    value('{"progress":1e1}'),
    value('{"progress":1.}'),
    value('{"progress":.5}'),
    value('{"progress":01}'),
    value('{"progress":0.1234567890123456}'),
    value('{"progress" 85}'),
    value('{"progress":85'),
    value('{"progress":85 "a":1}'),
    value('{progress:85}'),
    value('{"progress":1,"generation":0}'),
    value('{"progress":1,"generation":1.5}'),
    value('{"progress":1,"generation":"1"}'),
    value('{"progress":1,"status":1}'),
    value('{"progress":1,"status":null}'),
    value('{"progress":1,"status":"a\\nb"}'),
    value('{"progress":1,"status":"a\u0001"}'),
    value('{"progress":1,"note":tru}'),
    scalar('[1,2]'),
    scalar('1234567890123456'),
    scalar('-'),
    scalar('--1'),
    scalar('+1'),
    scalar('1e400'),
    scalar('nul'),
    scalar('"a\\"b"'),
    scalar('"a'),
    line('"type":"invoke","f":"read","a":[1 2]'),
    line('"type":"invoke","f":"read","a":[1,]'),
    line('"type":"invoke","f":"read","a":{"x" 1}'),
    line('"type":"invoke","f":"read","a":{"x":1 "y":2}'),
    line('"type":"invoke","f":"read","a":{x:1}'),
    line('"type":"invoke","f":"read","a":[1}'),
    line('"type":"invoke","f":"read","a":{"x":1]'),
    line('"type":"invoke","f":"read","a":1.'),
    line('"type":"invoke","f":"read","a":00'),
    line('"type":"invoke","f":"read","a":-'),
    line('"type":"invoke","f":"read","a":1E5'),
    line('"type":"invoke","f":"read","a":"\\\\"'),
    line('"type":"invoke","f":"read","a":"\u001f"'),
    line('"type":"invoke","f":"read","a":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]'),
    line('"type":"invoke","f":"read","\\u0061":1'),
  ])('is left to JSON.parse: %s', (text) => {
    expect(scanned(text)).toBeUndefined();
    expect(scanned(text, { after: '' })).toBeUndefined();
  });
});
