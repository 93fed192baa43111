import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../clock.ts';
import { defineSubject } from '../define/define-subject.ts';
import type { Subject } from '../port/subject.ts';
import { url, urlSubject } from '../subject/url.ts';
import { ReferenceApi } from './reference-api.ts';
import { WatchedApp, type PollAnswer } from './watched-app.ts';

const closings: (() => void)[] = [];
afterEach(() => closings.splice(0).forEach((close) => close()));

async function listening(
  answer: (path: string, response: ServerResponse) => void,
  onRequest: (request: IncomingMessage) => void = () => undefined,
): Promise<string> {
  const server = createServer((request, response) => {
    onRequest(request);
    answer(request.url ?? '', response);
  });
  closings.push(() => (server.closeAllConnections(), server.close()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const parcels = defineSubject({
  name: 'parcels',
  app: url('http://127.0.0.1:9'),
  database: {
    table: 'parcels',
    key: ['tenant', 'number'],
    keyOf: (story) => ({ tenant: 'acme', number: story }),
    progress: { column: 'share', max: 1 },
    status: { column: 'state', completed: 'arrived' },
    generation: 'trip',
  },
  routes: { status: '/t/:tenant/parcels/:number', start: '/t/:tenant/parcels/:number/send' },
});
const never = new AbortController().signal;

function pollAt(base: string, { limitMs = 10_000, signal = never, headers = {} } = {}): Promise<PollAnswer> {
  const app = new WatchedApp({ subject: parcels, base, clock: realClock(), credentials: () => ({}) });
  const path = app.pathOf({ tenant: 'a b', number: 7 });
  return app.poll(path, { session: 'session-1', seen: undefined, headers, limitMs, signal });
}

/** Polls a server that answers so. */
async function answered(status: number, body: string, headers: Record<string, string> = {}): Promise<PollAnswer> {
  return pollAt(await listening((_, response) => response.writeHead(status, headers).end(body)));
}

describe('a poll', () => {
  it('asks for a key of several columns, and reads the scale and the words of the subject', async () => {
    const paths: string[] = [];
    const base = await listening((path, response) => {
      paths.push(path);
      response.writeHead(200, { age: '7' }).end('{"share":0.85,"state":"arrived","trip":3}');
    });
    expect(await pollAt(base)).toEqual({
      outcome: 'ok',
      value: { generation: 3, progress: 85, status: 'completed' },
      evidence: { age: '7' },
    });
    expect(paths).toEqual(['/t/a%20b/parcels/7']);
  });

  it.each<[string, number, string, Record<string, string>, object]>([
    ['an error with its first line', 502, 'bad\ngateway', {}, { outcome: 'error', error: 'HTTP 502 bad' }],
    ['a pause that is asked for', 503, '', { 'retry-after': '7' }, { outcome: 'error', retryAfterMs: 7_000 }],
    ['too many requests', 429, '', {}, { outcome: 'throttled', retryAfterMs: undefined }],
    ['no JSON', 200, '<html>', {}, { outcome: 'unreadable' }],
    ['no progress', 200, '{"state":"x"}', {}, { outcome: 'unreadable', error: expect.stringContaining('no progress') }],
    ['a progress outside of the scale', 200, '{"share":2}', {}, { outcome: 'unreadable' }],
    ['a generation that is no number', 200, '{"share":1,"trip":"x"}', {}, { outcome: 'unreadable' }],
    [
      'an answer without end',
      200,
      'x'.repeat(2_000_000),
      {},
      { outcome: 'unreachable', error: expect.stringContaining('longer than') },
    ],
  ])('tells %s', async (_, status, body, headers, expected) => {
    expect(await answered(status, body, headers)).toMatchObject(expected);
  });

  it('gives up after its time limit, also in the middle of an answer', async () => {
    const base = await listening((_, response) => response.writeHead(200).write('{'));
    expect(await pollAt(base, { limitMs: 50 })).toEqual({ outcome: 'timeout', error: 'no answer within 0.05 s' });
  });

  it('tells that nothing listens, without the URL', async () => {
    expect(await pollAt('http://127.0.0.1:9')).toEqual({ outcome: 'unreachable', error: 'ECONNREFUSED' });
  });

  it('follows redirects as a browser does, and not for ever', async () => {
    const base = await listening((path, response) => {
      if (path === '/new') response.end('{"share":0.5}');
      else response.writeHead(307, { location: '/new' }).end();
    });
    expect(await pollAt(base)).toMatchObject({ outcome: 'ok', value: { progress: 50 } });
    const circle = await listening((_, response) => response.writeHead(302, { location: '/' }).end());
    expect(await pollAt(circle)).toMatchObject({ outcome: 'unreachable', error: 'more than 10 redirects' });
  });

  it('sends its headers to no other origin', async () => {
    const seen: unknown[] = [];
    const other = await listening(
      (_, response) => response.end('{"share":0.5}'),
      ({ headers }) => seen.push(headers['x-key']),
    );
    const base = await listening(
      (_, response) => response.writeHead(302, { location: other }).end(),
      ({ headers }) => seen.push(headers['x-key']),
    );
    expect(await pollAt(base, { headers: { 'x-key': 'secret' } })).toMatchObject({ outcome: 'ok' });
    expect(seen).toEqual(['secret', undefined]);
  });

  it('ends when the canary does', async () => {
    const stop = new AbortController();
    const base = await listening(() => stop.abort());
    expect(await pollAt(base, { signal: stop.signal })).toMatchObject({ outcome: 'unreachable' });
  });
});

describe('the path of a key', () => {
  const common = {
    description: 'parcels',
    tracked: { table: 'parcels', key: 'id', progress: 'share' },
    migrations: [],
    readStatus: () => undefined,
  };
  const appOf = (subject: Subject): WatchedApp =>
    new WatchedApp({ subject, base: 'http://127.0.0.1:9', clock: realClock(), credentials: () => ({}) });

  it('is that of a story of this name, where the name is the key', () => {
    const subject = urlSubject({
      ...common,
      name: 'parcels',
      url: 'http://127.0.0.1:9',
      statusPath: (key) => `/p/${key}`,
    });
    expect(appOf(subject).pathOf('p-7')).toBe('/p/p-7');
  });

  it('is not known where the key of a story is another one', () => {
    const subject = urlSubject({
      ...common,
      name: 'parcels',
      url: 'http://127.0.0.1:9',
      keyOf: (story) => `key of ${story}`,
    });
    expect(() => appOf(subject).pathOf('p-7')).toThrow('the subject parcels does not say what the path of a key is');
  });
});

describe('the reference', () => {
  const limits = { limitMs: 10_000, signal: never };
  const reference = (base: string): ReferenceApi =>
    new ReferenceApi({ url: base, key: 'sb_publishable_x', tracked: parcels.tracked, clock: realClock() });

  it('reads the row of a key of several columns, and the keys of the newest', async () => {
    const paths: string[] = [];
    const base = await listening((path, response) => {
      paths.push(decodeURIComponent(path));
      response.end('[{"tenant":"acme","number":7,"share":0.4,"state":null,"trip":2}]');
    });
    expect(await reference(base).read({ tenant: 'acme', number: 7 }, limits)).toEqual({ generation: 2, progress: 40 });
    expect(await reference(base).newest({ count: 3, by: 'sent_at' }, limits)).toEqual([{ tenant: 'acme', number: 7 }]);
    expect(paths).toEqual([
      '/rest/v1/parcels?select=tenant,number,share,trip,state&tenant=eq.acme&number=eq.7&limit=1',
      '/rest/v1/parcels?select=tenant,number&order=sent_at.desc&limit=3',
    ]);
  });

  it('knows no value of a row that is not there, and fails for an answer that is no list of rows', async () => {
    const empty = await listening((_, response) => response.end('[]'));
    expect(await reference(empty).read({ tenant: 'acme', number: 7 }, limits)).toBeUndefined();
    const other = await listening((_, response) => response.end('{}'));
    await expect(reference(other).read({ tenant: 'acme', number: 7 }, limits)).rejects.toThrow('not a list of rows');
    const denied = await listening((_, response) => response.writeHead(401).end());
    await expect(reference(denied).read({ tenant: 'acme', number: 7 }, limits)).rejects.toThrow('HTTP 401');
    await expect(reference(denied).isMarked(limits)).rejects.toThrow('refuses the key');
  });

  it('does not follow a redirect, which would get its key', async () => {
    const paths: string[] = [];
    const thief = await listening((path, response) => (paths.push(path), response.end('[]')));
    const base = await listening((_, response) => response.writeHead(302, { location: thief }).end());
    await expect(reference(base).read({ tenant: 'acme', number: 7 }, limits)).rejects.toThrow();
    expect(paths).toEqual([]);
  });
});
