import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { formatEvent, formatHeader, parseHistory } from './codec.ts';
import type { HistoryEvent } from './event.ts';

const folder = new URL('../../fixtures/histories/invalid/', import.meta.url);
const refusals = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, string>;

test('every malformed history has a known refusal', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  expect(files.toSorted()).toEqual(Object.keys(refusals).toSorted());
});

test.each(Object.entries(refusals))('%s is refused with file, line and reason', (file, message) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  expect(() => parseHistory(text, file)).toThrow(
    expect.objectContaining({ name: 'UsageError', code: 'history-invalid', exitCode: 64, message }),
  );
  expect(() => parseHistory(text, file)).toThrow(UsageError);
});

const accepted: [string, string[]][] = [
  ['nothing at all', []],
  ['only a header', ['{"history":1,"seed":7}']],
  [
    'integers as process, session and key',
    ['{"index":0,"time":0,"process":1,"session":2,"type":"invoke","f":"read","key":3}'],
  ],
  [
    'a fault without a key and with a value of its own',
    [
      '{"index":0,"time":0,"process":"nemesis","type":"info","f":"fault","value":["kill",{"node":"replica-1"}]}',
      '{"index":1,"time":0,"process":"nemesis","type":"info","f":"fault"}',
    ],
  ],
  [
    'a fault of a process whose operation ended in info',
    [
      '{"index":0,"time":0,"process":"a","type":"invoke","f":"read","key":"s"}',
      '{"index":1,"time":0,"process":"a","type":"info","f":"read","key":"s"}',
      '{"index":2,"time":0,"process":"a","type":"info","f":"fault","key":null}',
    ],
  ],
  [
    'a cas that completes without its pair',
    [
      '{"index":0,"time":0,"process":"a","type":"invoke","f":"cas","key":"s","value":[null,1]}',
      '{"index":1,"time":0,"process":"a","type":"ok","f":"cas","key":"s","value":null}',
    ],
  ],
  [
    'a show of a process whose read is in flight',
    [
      '{"index":0,"time":0,"process":"tab-1","type":"invoke","f":"read","key":"s","value":null}',
      '{"index":1,"time":0,"process":"tab-1","type":"ok","f":"show","key":"s","value":{"progress":5}}',
      '{"index":2,"time":0,"process":"tab-1","type":"ok","f":"read","key":"s","value":{"progress":5.5}}',
    ],
  ],
  [
    'an extra field by the name of history',
    ['{"index":0,"time":0,"process":"a","type":"invoke","f":"start","key":"s","history":"long"}'],
  ],
];

test.each(accepted)('%s is a valid history', (_, lines) => {
  const { header, events } = parseHistory(lines.join('\n'), 'h.ndjson');
  expect(events.length + (header === undefined ? 0 : 1)).toBe(lines.length);
});

test('an event is written with its fields in the order of the format, extras last', () => {
  const event: HistoryEvent = {
    lsn: '0/3A1F0',
    value: { progress: 85 },
    key: 'story-1',
    f: 'read',
    type: 'ok',
    process: 'p',
    time: 5,
    index: 0,
  };
  expect(formatEvent(event)).toBe(
    '{"index":0,"time":5,"process":"p","type":"ok","f":"read","key":"story-1","value":{"progress":85},"lsn":"0/3A1F0"}',
  );
  expect(formatHeader({ seed: 7, history: 1 })).toBe('{"history":1,"seed":7}');
});
