/** What is particular to each format of logs. */
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../history.test-support.ts';
import { importText } from './log-history.test-support.ts';

type Options = Parameters<typeof importText>[1];

/** The events in words. */
async function eventsIn(text: string, options: Options): Promise<string[]> {
  const { history } = await importText(text, options);
  return eventsOf(history)
    .filter(({ type }) => type !== 'invoke')
    .map(({ f, type, session, key, value, served_by: node, cache }) => {
      const parts = [f, type, session, key, JSON.stringify(value), node, cache];
      return parts.filter((part) => part !== undefined).join(' ');
    });
}

const times = 'time: { field: t, unit: s }\nsession: u\nstory: s\nprogress: p\n';

describe('har', () => {
  const response = (fields: object = {}, status = 200): object => ({
    startedDateTime: '2026-05-04T09:30:01.000Z',
    time: 20,
    request: { url: 'http://127.0.0.1:3000/api/stories/s1' },
    response: { status, headers: [], content: { text: '{"progress":40}' } },
    ...fields,
  });
  const archive = (entries: readonly object[], creator = 'WebInspector'): string =>
    JSON.stringify({ log: { version: '1.2', creator: { name: creator }, entries } });
  const har = (entries: readonly object[], creator?: string): Promise<string[]> =>
    eventsIn(archive(entries, creator), { format: 'har', url: '/api/stories/:id', name: 'a/tab.har.gz' });

  it('of a browser has one tab, whatever its pages', async () => {
    expect(await har([response({ pageref: 'page_1' }), response({ pageref: 'page_2' })])).toEqual([
      'read ok tab s1 {"progress":40}',
      'read ok tab s1 {"progress":40}',
    ]);
  });

  it('of another program has a tab for each page, and none is assumed without pages', async () => {
    expect(await har([response({ pageref: 'p1' }), response({ pageref: 'p2' })], 'Playwright')).toEqual([
      'read ok tab/p1 s1 {"progress":40}',
      'read ok tab/p2 s1 {"progress":40}',
    ]);
    await expect(har([response()], 'Charles Proxy')).rejects.toThrow('session is missing');
  });

  it('knows what did not answer, and what has no body', async () => {
    const empty = { response: { status: 200, content: {} } };
    expect(await har([response(), response({}, 503), response({}, 0), response({}, 304), response(empty)])).toEqual([
      'read ok tab s1 {"progress":40}',
      'read fail tab s1',
      'read info tab s1',
      'read info tab s1',
    ]);
  });

  it('decodes bodies, and tells what caches answered', async () => {
    const text = Buffer.from('{"progress":40}').toString('base64');
    const headers = [{ name: 'CF-Cache-Status', value: 'HIT' }];
    const encoded = { response: { status: 200, headers, content: { text, encoding: 'base64' } } };
    expect(await har([response(encoded), response({ _fromCache: 'disk' })])).toEqual([
      'read ok tab s1 {"progress":40} HIT',
      'read ok tab s1 {"progress":40} of the browser (disk)',
    ]);
  });

  it('has the rows and broadcasts that a page received by a WebSocket, of both versions of the protocol', async () => {
    const row = { id: 's1', progress: 60 };
    const change = { data: { record: row } };
    const messages = [
      { topic: 't', event: 'postgres_changes', payload: change, ref: null },
      [null, null, 't', 'postgres_changes', change],
      { topic: 't', event: 'broadcast', payload: { event: 'x', payload: row }, ref: null },
      row,
      { topic: 't', event: 'phx_reply', payload: { status: 'ok' }, ref: '1' },
      { topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '2' },
    ].map((message, at) => ({ type: 'receive', time: 1777887002 + at, data: JSON.stringify(message) }));
    const sent = { type: 'send', time: 1777887002, data: JSON.stringify(row) };
    const binary = { type: 'receive', time: 1777887002, opcode: 2, data: 'AAEC' };
    const socket = response({
      request: { url: 'wss://db.example/realtime/v1/websocket' },
      _webSocketMessages: [sent, binary, ...messages],
    });
    expect(await har([response(), socket])).toEqual([
      'read ok tab s1 {"progress":40}',
      ...Array.from({ length: 4 }, () => 'receive ok tab s1 {"progress":60}'),
    ]);
  });

  it('without a progress in the answers is refused', async () => {
    const other = response({ response: { status: 200, content: { text: '{"name":"x"}' } } });
    await expect(har([other])).rejects.toThrow('tab.har.gz:1: no progress was found in its first 1 records');
  });
});

describe('monitor', () => {
  const event = (fields: object): string =>
    `${JSON.stringify({ event: 'ratchet.progress', time: '2026-05-04T09:30:01.000Z', session: 'a', key: 's', generation: 1, progress: 10, ...fields })}\n`;

  it('shows both values of a reversion, and not what was held back', async () => {
    const from = { generation: 1, progress: 85, status: 'generating' };
    const reversion = event({ event: 'ratchet.reversion', from });
    const held = event({ event: 'ratchet.reversion', from, held: true, status: 'x' });
    const other = event({ event: 'ratchet.staleness', progress: undefined });
    expect(await eventsIn(reversion + held + other, { format: 'monitor' })).toEqual([
      'show ok a s {"generation":1,"progress":85,"status":"generating"}',
      'show ok a s {"generation":1,"progress":10}',
      'show ok a s {"generation":1,"progress":85,"status":"generating"}',
      'receive ok a s {"generation":1,"progress":10,"status":"x"}',
    ]);
  });
});

describe('csv', () => {
  const csv = (text: string): Promise<string[]> => eventsIn(text, { format: 'csv', mapping: times });

  it('has quotes, line breaks within them, and other separators', async () => {
    expect(await csv('t;u;s;p\r\n1;"a;""b""\r\nc";"x";5\r\n2;a;x;6')).toEqual([
      'read ok a;"b"\r\nc x {"progress":5}',
      'read ok a x {"progress":6}',
    ]);
  });

  it('is refused with the line in which its row begins', async () => {
    await expect(csv('t,u,s,p\n1,a,x,5\n\n2,"a\nb",x,500\n')).rejects.toThrow('log.ndjson:4: progress is not a number');
    await expect(csv('t,u,s,p\n1,a,x\n')).rejects.toThrow('log.ndjson:2: not a CSV table: Invalid Record Length');
    await expect(csv('t,u,s,p\n1,"a,x,5\n')).rejects.toThrow(/^log\.ndjson:\d: not a CSV table: Quote Not Closed/);
  });
});

describe('combined', () => {
  const at = (time: string, rest: string): string => `10.0.0.1 - - [04/May/2026:09:30:${time} +0200] ${rest}\n`;
  const mapping = 'url: /s/:s\nsession: remote_addr\nprogress: p\ntook: { field: rt, unit: s }\n';

  it('has pairs after the user agent, and escapes within quotes', async () => {
    const text = at('01', String.raw`"GET /s/x HTTP/1.1" 200 12 "-" "Moz\"illa" p=40 rt="0.010"`);
    expect(await eventsIn(text, { format: 'combined', mapping })).toEqual(['read ok 10.0.0.1 x {"progress":40}']);
  });

  it('has requests that overlap if they may, since its times are whole seconds', async () => {
    const lines = ['01', '02'].map((time) => at(time, '"GET /s/x HTTP/1.1" 200 12 "-" "M" p=40 rt=0.900'));
    const { history } = await importText(lines.join(''), { format: 'combined', mapping });
    expect(eventsOf(history).map(({ type, time }) => [type, time / 1e9])).toEqual([
      ['invoke', 0],
      ['invoke', 1],
      ['ok', 1],
      ['ok', 2],
    ]);
  });

  it('is refused where a line is none of an access log', async () => {
    await expect(eventsIn('oops\n', { format: 'combined', mapping })).rejects.toThrow(
      'log.ndjson:1: not a line of an access log',
    );
  });
});

describe('a text within a line', () => {
  it.each([
    ['a JSON object after other words', 'INFO 2026 {"u":"a","s":"x","p":40}'],
    ['pairs of key and value', 'INFO answered u=a s="x" p=40, done'],
  ])('has fields: %s', async (_, message) => {
    const mapping = 'time: { field: t, unit: s }\nsession: m.u\nstory: m.s\nprogress: m.p\n';
    expect(await eventsIn(JSON.stringify({ t: 1, m: message }), { mapping })).toEqual(['read ok a x {"progress":40}']);
  });
});

describe('a mapping', () => {
  const line = (fields: object): string => `${JSON.stringify({ t: 1, u: 'a', s: 'x', p: 40, ...fields })}\n`;

  it('has words for the ends of a generation', async () => {
    const mapping = `${times}status: { field: state, completed: [done, ready], failed: error }\n`;
    const text = ['done', 'error', 'busy'].map((state) => line({ state })).join('');
    const statuses = (await eventsIn(text, { mapping })).map((words) => /"status":"(\w+)"/.exec(words)?.[1]);
    expect(statuses).toEqual(['completed', 'failed', 'busy']);
  });

  it('has classes of codes, of which a code of its own is an exception', async () => {
    const mapping = `${times}outcome: { field: c, ok: 2xx, fail: [4xx, 5xx], info: 504 }\n`;
    const text = [204, 404, 504].map((c) => line({ c })).join('');
    expect((await eventsIn(text, { mapping })).map((words) => words.split(' ')[1])).toEqual(['ok', 'fail', 'info']);
  });

  it('has one kind for all lines', async () => {
    expect(await eventsIn(line({}), { mapping: `${times}operation: show\n` })).toEqual(['show ok a x {"progress":40}']);
  });

  it('takes the first field that is present', async () => {
    const mapping = times.replace('session: u', 'session: [tab, u]');
    expect(await eventsIn(line({ tab: 'b' }) + line({}), { mapping })).toEqual([
      'read ok b x {"progress":40}',
      'read ok a x {"progress":40}',
    ]);
  });
});
