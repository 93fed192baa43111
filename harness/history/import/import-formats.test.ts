import { readFileSync, readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportFormats } from '../export/export-formats.ts';
import { historyArbitrary } from '../random-history.test-support.ts';
import { peek } from './first-bytes.ts';
import { firstBytesMax, importFormats, recogniseFormat } from './import-formats.ts';

const root = new URL('../../../', import.meta.url);
const encoder = new TextEncoder();
const recognised = (text: string, isMapped = false): string => recogniseFormat(encoder.encode(text), isMapped).name;
const recognisers = (bytes: Uint8Array): string[] =>
  importFormats.filter((format) => format.recognise(bytes)).map(({ name }) => name);

const edn = '{:type :invoke, :f :read, :process 0, :value nil}';
const json = '{"type":"invoke","f":"read","process":0,"value":null}';
const event = '{"index":0,"time":0,"process":0,"type":"invoke","f":"read","key":"s"}';

describe('a format is recognised by the first bytes of a file', () => {
  const samples: [format: string, what: string, text: string][] = [
    ['ratchet', 'an event', event],
    ['ratchet', 'a header', '{"history":1,"seed":5}\n'],
    ['ratchet', 'a fault, which has no key', '{"index":0,"time":0,"process":"nemesis","type":"info","f":"fault"}'],
    ['ratchet', 'an event after blanks and a byte order mark', `\uFEFF \r\n${event}`],
    ['jepsen-edn', 'a map', edn],
    ['jepsen-edn', 'a vector', `[${edn}\n ${edn}]`],
    ['jepsen-edn', 'a list', ` (\n${edn})`],
    ['jepsen-edn', 'a record', '#jepsen.history.Op{:index 0, :time 5, :type :invoke, :f :read}'],
    ['jepsen-edn', 'a map after comments', `; every register begins at 0\n;; and more\n${edn}`],
    ['jepsen-edn', 'a map that is cut', edn.slice(0, 12)],
    ['jepsen-json', 'an array', `[${json}]`],
    ['jepsen-json', 'an array over lines', `[\n  ${json.replaceAll(',', ',\n   ')},\n`],
    ['jepsen-json', 'an array of operations with keys', '[{"type":"ok","f":"cas","process":1,"key":"k"}]'],
    ['jepsen-json', 'an operation a line', `${json}\n${json}\n`],
    ['jepsen-json', 'an operation with its index and time', json.replace('{', '{"index":0,"time":9,')],
    ['jepsen-json', 'the nemesis', '{"type":"info","f":"start","process":"nemesis","value":{"n1":["n2"]}}'],
  ];

  it.each(samples)('%s: %s', (format, _, text) => {
    expect(recognised(text)).toBe(format);
    expect(recognisers(encoder.encode(text)).filter((name) => name !== 'json-log')).toEqual([format]);
  });

  const logs: [format: string, what: string, text: string][] = [
    ['json-log', 'objects', '{"ts":1,"level":"info"}'],
    ['json-log', 'a list of objects', '[ {"level":"info"}]'],
    ['csv', 'a table', 'time,process,f\n0,1,read\n'],
    ['csv', 'a table with semicolons and quotes', '\uFEFF"time";"user id";pct\r\n0;1;2\r\n'],
    ['logfmt', 'pairs', 'level=info msg="a b" progress=40 at=1\n'],
    ['combined', 'a line of Apache', '10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n'],
    ['har', 'an archive', '{"log":{"version":"1.2"'],
    ['otlp', 'spans', '{"resourceSpans":[{'],
    ['otlp', 'a trace of Tempo', '{"trace":{"resourceSpans":[{'],
    ['jaeger', 'traces', '{"data":[{"traceID":"1","spans":[]}]}'],
    ['cloudwatch', 'events', '{"events":[{"logStreamName":"s","timestamp":1}]}'],
    ['cloudwatch', 'results of Insights', '{"results":[[{"field":"@timestamp","value":"x"}]]}'],
    ['supabase', 'rows', '[{"timestamp":1,"event_message":"x","id":"y"}]'],
    ['supabase', 'an answer of the API', '{"result":[{"event_message":"x"}]}'],
    ['supabase', 'a table', 'event_message,id,timestamp\nx,y,1\n'],
    ['vercel', 'a line', '{"id":"1","deploymentId":"d","projectId":"p","source":"lambda"}'],
    ['monitor', 'an event', '{"event":"ratchet.progress","time":"x"}'],
  ];

  it.each(logs)('%s: %s', (format, _, text) => {
    expect(recognised(text)).toBe(format);
    expect(recognised(text, true)).toBe(format);
  });

  it('every format has a sample', () => {
    const named = [...samples, ...logs].map(([format]) => format);
    expect(new Set(named)).toEqual(new Set(importFormats.map(({ name }) => name)));
  });
});

describe('a file that is not recognised is read as a history, and refused with the line that is wrong', () => {
  const others: [what: string, text: string][] = [
    ['nothing', ''],
    ['a word', 'oops'],
    ['an empty array', '[]'],
    ['an object that is cut', json.slice(0, 30)],
    ['YAML', 'type: invoke\n'],
    ['an event of ours without a key', event.replace(',"key":"s"', '')],
    ['one that shows a progress', '{"index":0,"process":0,"type":"ok","f":"show","value":{"progress":85}}'],
    ['one with a named process', '{"index":0,"process":"tab-1","type":"ok","f":"read","value":3}'],
    ['one with a session', '{"index":0,"process":1,"session":"a","type":"ok","f":"read","value":3}'],
  ];

  it.each(others)('%s', (_, text) => expect(recognised(text)).toBe('ratchet'));

  it('so is every Ratchet history, valid or not, and every exported one', () => {
    for (const folder of ['fixtures/histories/', 'fixtures/histories/invalid/']) {
      const files = readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.ndjson'));
      for (const file of files) {
        const bytes = readFileSync(new URL(folder + file, root));
        expect([file, recogniseFormat(bytes, false).name]).toEqual([file, 'ratchet']);
      }
    }
  });

  it('with a mapping, it is read as a log', () => {
    expect(recognised(event, true)).toBe('json-log');
    expect(recognised('oops', true)).toBe('json-log');
  });
});

it('an exported file is recognised as its format', async () => {
  for (const [name, load] of Object.entries(exportFormats)) {
    const linesOf = await load();
    fc.assert(
      fc.property(historyArbitrary('progress'), (history) => {
        fc.pre(history.events.length > 0);
        expect(recognised([...linesOf(history)].join('\n'))).toBe(name);
      }),
      { numRuns: 50 },
    );
  }
});

it('any bytes are recognised as some format, also if they are cut anywhere', () => {
  const texts = fc.constantFrom(edn, json, event, `[${json}]`).map((text) => encoder.encode(text));
  const cut = fc.tuple(texts, fc.nat(60), fc.uint8Array({ maxLength: 20 }));
  fc.assert(
    fc.property(cut, ([bytes, at, odd]) => {
      const spoiled = Buffer.concat([bytes.subarray(0, at), odd, bytes.subarray(at + odd.length)]);
      for (const isMapped of [false, true]) expect(importFormats).toContain(recogniseFormat(spoiled, isMapped));
    }),
    { numRuns: 2000 },
  );
});

it('formats have different names, and the documentation describes each', () => {
  const names = importFormats.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const page = readFileSync(new URL('docs/CHECK.md', root), 'utf8');
  for (const name of names) expect(page).toContain(`\`${name}\``);
});

describe('peeking', () => {
  const all = 'abcdefgh';

  it.each([1, 3, 8, 100])('returns the first bytes in chunks of %d, and a stream of all bytes', async (size) => {
    for (const length of [0, 1, 4, 8, 9]) {
      const { firstBytes, bytes } = await peek(chunksOf(size), length);
      expect(String.fromCharCode(...firstBytes)).toBe(all.slice(0, length));
      let text = '';
      for await (const chunk of bytes) text += String.fromCharCode(...chunk);
      expect(text).toBe(all);
    }
  });

  it('closes the input when the reader stops before its end', async () => {
    let isClosed = false;
    const { bytes } = await peek(
      chunksOf(1, () => (isClosed = true)),
      2,
    );
    for await (const _ of bytes) if (!isClosed) break;
    expect(isClosed).toBe(true);
  });

  it('reads only the first chunk if it is long enough', () => {
    expect(firstBytesMax).toBeLessThanOrEqual(64 * 1024);
  });

  async function* chunksOf(size: number, closed: () => unknown = () => undefined): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < all.length; at += size) yield encoder.encode(all.slice(at, at + size));
    } finally {
      closed();
    }
  }
});
