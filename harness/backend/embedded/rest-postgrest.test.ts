import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentError } from '../../errors.ts';
import { makeKeys } from '../postgres/api-keys.ts';
import { findPostgrest, postgrestLayer } from './rest-postgrest.ts';
import { socketAddress } from './socket-address.ts';
import type { RestNode } from '../postgres/rest-node.ts';
import { eventually } from './embedded-stories.case.ts';

/** Replaces PostgREST: answers every request with the request itself. */
const ECHO = `
  if (process.argv[2] === '--version') { console.log('PostgREST 0.0-echo'); process.exit(0); }
  const { createServer } = require('node:http');
  createServer(async (request, response) => {
    if (request.url === '/die') process.exit(3);
    if (request.url === '/killed') {
      console.error('its last words');
      process.kill(process.pid, 'SIGKILL');
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    response.setHeader('content-range', '0-0/1');
    response.statusCode = url === '/empty' ? 204 : 200;
    response.end(url === '/empty' ? undefined : JSON.stringify({ method, url, headers, body, env: process.env }));
  }).listen(process.env.PGRST_SERVER_UNIX_SOCKET);
`;

const keys = makeKeys();
let directory: string;
let failures: EnvironmentError[];
let node: RestNode | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rest-'));
  failures = [];
});

afterEach(async () => {
  await node?.close();
  node = undefined;
  await rm(directory, { recursive: true });
});

async function program(code: string): Promise<string> {
  const path = join(directory, 'postgrest');
  await writeFile(path, `#!${process.execPath}\n${code}`);
  await chmod(path, 0o755);
  return path;
}

function attach(path: string): RestNode {
  const onFailure = (reason: EnvironmentError): void => void failures.push(reason);
  const options = { name: 'replica-1', address: socketAddress(directory), keys, watch: () => {}, onFailure };
  node = postgrestLayer({ path, version: 'PostgREST' }).attach(options);
  return node;
}

async function ask(path: string, init: RequestInit & { key?: string } = {}) {
  const { key = keys.secret, ...rest } = init;
  const headers = { apikey: key, authorization: `Bearer ${key}`, ...rest.headers };
  const response = await node!.fetch(new Request(`http://localhost/rest/v1${path}`, { ...rest, headers }));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('finding PostgREST', () => {
  it('uses the program in RATCHET_POSTGREST, otherwise the one on the PATH', async () => {
    const path = await program(ECHO);
    const found = { path, version: 'PostgREST 0.0-echo' };
    expect(await findPostgrest({ RATCHET_POSTGREST: path })).toEqual(found);
    expect(await findPostgrest({ PATH: `/nowhere:${directory}` })).toEqual(found);
    expect(await findPostgrest({ PATH: '/nowhere' })).toBeUndefined();
  });

  it('reports that RATCHET_POSTGREST names no program, or a broken one', async () => {
    const missing = findPostgrest({ RATCHET_POSTGREST: join(directory, 'absent') });
    await expect(missing).rejects.toMatchObject({ code: 'embedded-postgrest-missing', exitCode: 2 });
    await expect(findPostgrest({ RATCHET_POSTGREST: directory })).rejects.toThrow('no program');
    const broken = findPostgrest({ RATCHET_POSTGREST: await program('process.exit(1)') });
    await expect(broken).rejects.toMatchObject({ code: 'embedded-postgrest-broken' });
  });
});

describe('requests to PostgREST', () => {
  beforeEach(async () => {
    await attach(await program(ECHO)).warmUp();
  });

  it('are forwarded with method, path, query, headers and body, and so is the answer', async () => {
    const headers = { prefer: 'return=representation' };
    const answer = await ask('/stories?id=eq.a', { method: 'PATCH', body: '{"progress":85}', headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-range')).toBe('0-0/1');
    expect(JSON.parse(answer.text)).toMatchObject({
      method: 'PATCH',
      url: '/stories?id=eq.a',
      body: '{"progress":85}',
      headers: { prefer: 'return=representation' },
    });
  });

  it('may have answers without a body', async () => {
    expect(await ask('/empty', { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect(await ask('/stories', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('get a signed token of the role instead of the key, unless they have a token of a user', async () => {
    const roleAs = async (key: string, headers = {}): Promise<string> => {
      const { headers: got, env } = JSON.parse((await ask('/stories', { key, headers })).text);
      const [head, claims, signature] = got.authorization.replace('Bearer ', '').split('.');
      const expected = createHmac('sha256', env.PGRST_JWT_SECRET).update(`${head}.${claims}`).digest('base64url');
      return signature === expected ? JSON.parse(Buffer.from(claims, 'base64url').toString()).role : got.authorization;
    };
    expect(await roleAs(keys.secret)).toBe('service_role');
    expect(await roleAs(keys.publishable)).toBe('anon');
    expect(await roleAs(keys.publishable, { authorization: 'Bearer a.user.token' })).toBe('Bearer a.user.token');
  });

  it('are refused with a wrong key and without a key', async () => {
    expect(await ask('/stories', { key: 'sb_secret_wrong' })).toMatchObject({ status: 401 });
    expect((await node!.fetch(new Request('http://localhost/rest/v1/stories'))).status).toBe(401);
  });

  it('reject when PostgREST dies, which is reported', async () => {
    await expect(ask('/die')).rejects.toThrow();
    await eventually(() => failures.length === 1);
    expect(failures[0]!.message).toBe('PostgREST of replica-1 ended (exit code 3): its log is empty');
  });

  it('reject when PostgREST is killed, which is reported with the signal and its last words', async () => {
    await expect(ask('/killed')).rejects.toThrow();
    await eventually(() => failures.length === 1);
    expect(failures[0]!.message).toBe('PostgREST of replica-1 ended (SIGKILL): its last words');
  });

  it('reject after it is closed, without reporting a failure', async () => {
    await node!.close();
    await expect(ask('/stories')).rejects.toThrow();
    expect(failures).toEqual([]);
  });
});

describe('a PostgREST that does not start', () => {
  it('is reported with its error output', async () => {
    const path = await program(`console.error('no such database'); process.exit(1);`);
    await expect(attach(path).warmUp()).rejects.toThrow('PostgREST of replica-1 ended (exit code 1): no such database');
  });

  it('because it is not a program is reported', async () => {
    await expect(attach(join(directory, 'absent')).warmUp()).rejects.toThrow('could not be started');
  });
});
