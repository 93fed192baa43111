import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import type { ClusterOptions } from '../../port/backend.ts';
import { messageOf } from '../../gateway/http-message.ts';
import { remoteFrom } from './remote.ts';
import { requestTarget } from './remote-rest.ts';
import type { Settings } from './remote-settings.ts';

let server: Server | undefined;
afterEach(() => server?.close());

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

async function listen(answer: Answer): Promise<string> {
  server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const real = { publishable: 'real-publishable', secret: 'real-secret' };
const given = { publishable: 'given-publishable', secret: 'given-secret' };

describe('a request of the application', () => {
  it('has its keys replaced by those of the target, and the reverse in the answer', async () => {
    const seen: unknown[] = [];
    const url = await listen((incoming, outgoing) => {
      const { apikey, authorization } = incoming.headers;
      seen.push(incoming.method, incoming.url, apikey, authorization);
      outgoing.writeHead(401, { 'x-echo': String(apikey) });
      outgoing.end(`no such key: ${apikey}`);
    });
    const headers = { apikey: given.secret, authorization: `Bearer ${given.publishable}` };
    const request = new Request('http://gateway/rest/v1/stories?apikey=given-secret&id=eq.a', {
      method: 'PATCH',
      headers,
      body: '{}',
    });
    const response = await requestTarget({ url, real, given }, await messageOf(request));
    expect(seen).toEqual([
      'PATCH',
      '/rest/v1/stories?apikey=real-secret&id=eq.a',
      real.secret,
      `Bearer ${real.publishable}`,
    ]);
    expect([response.status, response.headers.get('x-echo')]).toEqual([401, given.secret]);
    expect(response.body).toBe('no such key: given-secret');
  });

  it('without a token uses a key of the old format as its token', async () => {
    const url = await listen((incoming, outgoing) => outgoing.end(incoming.headers.authorization ?? 'none'));
    const headers = { apikey: given.secret };
    const request = new Request('http://gateway/rest/v1/stories', { headers });
    expect((await requestTarget({ url, real, given }, await messageOf(request))).body).toBe(`Bearer ${given.secret}`);
    const bare = await requestTarget(
      { url, real, given },
      await messageOf(new Request('http://gateway/rest/v1/stories')),
    );
    expect(bare.body).toBe('none');
    const modern = { publishable: 'sb_publishable_1', secret: 'sb_secret_1' };
    expect((await requestTarget({ url, real: modern, given }, await messageOf(request))).body).toBe('none');
  });

  it('does not follow redirects with the keys', async () => {
    let requests = 0;
    const url = await listen((_, outgoing) => {
      requests += 1;
      outgoing.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();
    });
    const response = await requestTarget(
      { url, real, given },
      await messageOf(new Request('http://gateway/rest/v1/stories')),
    );
    expect([response.status, requests]).toEqual([307, 1]);
  });
});

it('a missing configuration is reported at the start, not as a missing capability', async () => {
  const unknown = remoteFrom(new UsageError('remote-settings', 'no target is configured'));
  expect([...unknown.capabilities]).toEqual(expect.arrayContaining(['commits', 'replicas', 'lag-exact']));
  await expect(unknown.start({} as ClusterOptions)).rejects.toThrow('no target is configured');
});

describe('a target', () => {
  const start = (url: string, ownsTarget = false) => {
    const settings: Settings = {
      url,
      publishableKey: real.publishable,
      secretKey: real.secret,
      databaseUrl: undefined,
      jwtSecret: undefined,
      replicas: [],
    };
    return remoteFrom(settings).start({
      replicas: 0,
      migrations: [],
      tracked: { table: 'stories', key: 'id', progress: 'progress' },
      onProgress: () => undefined,
      onCommit: () => undefined,
      onDeath: () => undefined,
      ownsTarget,
    });
  };
  const answering = (status: number, body: object): Promise<string> =>
    listen((_, outgoing) => outgoing.writeHead(status).end(JSON.stringify(body)));

  it.each<[what: string, status: number, body: object, code: string]>([
    ['that has no marker', 404, { code: 'PGRST205', message: 'no such table' }, 'remote-unmarked'],
    ['that refuses the key', 401, { message: 'Invalid API key real-secret' }, 'remote-key-refused'],
    ['that is broken', 500, { message: 'oops' }, 'remote-broken'],
    ['that redirects', 302, {}, 'remote-broken'],
  ])('%s is refused, and the error contains no key', async (_, status, body, code) => {
    const refused = await start(await answering(status, body)).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(refused).toMatchObject({ code });
    expect(refused!.message).not.toContain('real-');
  });

  it('that is confirmed by the user needs no marker, but the table', async () => {
    const url = await answering(404, { code: 'PGRST205', message: 'no such table' });
    await expect(start(url, true)).rejects.toMatchObject({ code: 'remote-schema' });
  });

  it('that does not answer is reported as unreachable', async () => {
    const url = await listen(() => undefined);
    server!.close();
    await expect(start(url)).rejects.toMatchObject({
      code: 'remote-unreachable',
      exitCode: 2,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('without a database URL does not know its commits', async () => {
    const cluster = await start(await answering(200, {}));
    expect(await cluster.primary.lsn()).toBeUndefined();
    expect(cluster.missing).toEqual({
      capabilities: ['commits', 'lag-exact'],
      because: 'the order of commits is unknown: RATCHET_REMOTE_DATABASE_URL is not set',
    });
    expect(cluster.secretKey).not.toContain('real');
    await cluster.close();
  });
});
