import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayRequest } from './gateway.ts';
import { serveGateway, type GatewayServer } from './gateway-server.ts';
import { BODY_BYTES_MAX } from './incoming-request.ts';
import { keyCheck } from './key-check.ts';

const KEYS = { publishable: 'sb_publishable_x', secret: 'sb_secret_x', jwtSecret: 'secret' };
const handled: GatewayRequest[] = [];
let server: GatewayServer;

beforeEach(async () => {
  handled.length = 0;
  server = await serveGateway({
    handle(request) {
      handled.push(request);
      return { status: 200, headers: new Headers(), body: '[]' };
    },
    refuseKey: keyCheck(KEYS, () => 0),
  });
});

afterEach(() => server.close());

/** With a body of JSON, which is either in one chunk or in the last bytes. */
const WHOLE_ANSWER = /HTTP\/1\.1 ([2-5]\d\d) [^]*?\r\n\r\n(?:[\da-f]+\r\n)?([[{].*[\]}])(?:\r\n0\r\n\r\n)?$/;

/** Sends bytes as they are, and never more; resolves with the answer. */
function sent(...parts: (string | Buffer)[]): Promise<{ status: number; body: string; text: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      const [, status, body] = WHOLE_ANSWER.exec(text) ?? [];
      if (body === undefined) return;
      socket.removeAllListeners('close').destroy();
      resolve({ status: Number(status), body, text });
    });
    for (const part of parts) socket.write(part, 'latin1');
  });
}

const requestLine = (target: string, method = 'GET'): string => `${method} ${target} HTTP/1.1\r\n`;

describe('a malformed request is answered with an error of PostgREST form', () => {
  it.each([
    ['no Host', `${requestLine('/rest/v1/a')}\r\n`, 400],
    ['a Host with a space', `${requestLine('/rest/v1/a')}Host: a b\r\n\r\n`, 400],
    ['a Host with an open bracket', `${requestLine('/rest/v1/a')}Host: [::1\r\n\r\n`, 400],
    ['a Host with a bad port', `${requestLine('/rest/v1/a')}Host: x:99999\r\n\r\n`, 400],
    ['a Host with a path', `${requestLine('/rest/v1/a')}Host: x/y?z=\r\n\r\n`, 400],
    ['a Host with a user', `${requestLine('/rest/v1/a')}Host: u@x\r\n\r\n`, 400],
    ['a path with a bad escape', `${requestLine('/rest/v1/%ZZ')}Host: x\r\n\r\n`, 400],
    ['a path that is not UTF-8', `${requestLine('/rest/v1/%ff')}Host: x\r\n\r\n`, 400],
    ['an absolute URL with a bad host', `${requestLine('http://[/rest/v1/a')}Host: x\r\n\r\n`, 400],
    ['an asterisk', `${requestLine('*', 'OPTIONS')}Host: x\r\n\r\n`, 400],
    ['a header without a name', `${requestLine('/rest/v1/a')}Host: x\r\n: b\r\n\r\n`, 400],
    ['something else than HTTP', '\u0016\u0003\u0001\u0002\u0000\r\n\r\n', 400],
    ['a method of WebDAV', `${requestLine('/rest/v1/a', 'PROPFIND')}Host: x\r\n\r\n`, 405],
    ['TRACE', `${requestLine('/rest/v1/a', 'TRACE')}Host: x\r\n\r\n`, 405],
    ['large headers', `${requestLine('/rest/v1/a')}Host: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s', async (_, text, status) => {
    const answer = await sent(text);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      code: status === 405 ? 'PGRST117' : 'GATEWAY',
      message: expect.stringMatching(/./) as string,
      details: null,
      hint: null,
    });
    expect(handled).toEqual([]);
  });

  it('and a well-formed one is passed on, also with the whole URL, as to a proxy', async () => {
    await sent(`${requestLine('//rest/v1/a?b=%ZZ')}Host: [::1]:80\r\n\r\n`);
    await sent(`${requestLine('http://other/rest/v1/a')}Host: x\r\n\r\n`);
    await sent('GET /rest/v1/a HTTP/1.0\r\n\r\n');
    expect(handled.map(({ url }) => `${url.pathname}${url.search}`)).toEqual([
      '//rest/v1/a?b=%ZZ',
      '/rest/v1/a',
      '/rest/v1/a',
    ]);
  });
});

describe('a port', () => {
  const none = { handle: () => ({ status: 200, headers: new Headers(), body: '' }) };

  it('that is taken is refused by name', async () => {
    const port = Number(new URL(server.url).port);
    const refused = { code: 'port-taken', message: `cannot listen at 127.0.0.1:${port}: the port is in use` };
    await expect(serveGateway(none, { port })).rejects.toMatchObject(refused);
  });

  // A group of hosts can be listened on, but not connected to, like an interface that is down.
  it.runIf(process.platform === 'linux')('that cannot be reached is refused', async () => {
    await expect(serveGateway(none, { host: '224.0.0.1' })).rejects.toMatchObject({
      code: 'loopback-unreachable',
      message: expect.stringMatching(/^224\.0\.0\.1:\d+ cannot be reached: connect ENETUNREACH/) as string,
    });
  });
});

describe('a body', () => {
  const post = (headers: string): string => `${requestLine('/rest/v1/a', 'POST')}Host: x\r\n${headers}\r\n`;
  const withKey = `apikey: ${KEYS.secret}\r\n`;
  const chunk = (bytes: number): Buffer => Buffer.from(`${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`);

  it('of 300 MB is refused before it is sent: for its size, or without a valid key', async () => {
    const length = `Content-Length: ${300 * 1024 * 1024}\r\n`;
    expect((await sent(post(`${withKey}${length}`))).status).toBe(413);
    const keyless = await sent(post(length));
    expect([keyless.status, JSON.parse(keyless.body)]).toMatchObject([401, { message: 'No API key found in request' }]);
    expect((await sent(post(`apikey: other\r\n${length}`))).status).toBe(401);
    expect(handled).toEqual([]);
  });

  it('of unknown size is refused as soon as it is too large', async () => {
    const chunked = 'Transfer-Encoding: chunked\r\n';
    expect((await sent(post(chunked), chunk(64 * 1024 + 1))).status).toBe(401);
    const blocks = Array.from({ length: 32 }, () => chunk(BODY_BYTES_MAX / 32));
    expect((await sent(post(`${withKey}${chunked}`), ...blocks, chunk(1))).status).toBe(413);
    expect(handled).toEqual([]);
  });

  it('of a client that waits is asked for only if it is taken', async () => {
    const waiting = 'Expect: 100-continue\r\n';
    const refused = await sent(post(`${waiting}Content-Length: 70000\r\n`));
    expect([refused.status, refused.text]).toEqual([401, expect.not.stringContaining('100 Continue')]);
    const taken = await sent(post(`${withKey}${waiting}Content-Length: 2\r\n`), '{}');
    expect([taken.status, taken.text]).toEqual([200, expect.stringContaining('100 Continue')]);
  });

  it('within the limit is passed on, and a small one also without a key', async () => {
    const body = 'a'.repeat(70_000);
    await sent(post(`${withKey}Content-Length: ${body.length}\r\n`), body);
    await sent(post('Content-Length: 2\r\n'), '{}');
    expect(handled.map((request) => request.body.length)).toEqual([body.length, 2]);
  });
});
