/** Who can reach an environment: a program of its user on this machine, with a key. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal, type RunningUp } from './up.test-support.ts';

const terminal = new Terminal();
let up: RunningUp;

beforeAll(async () => {
  up = await terminal.up('--subject', 'guarded');
});

afterAll(async () => {
  up.child.kill('SIGINT');
  await up.ended;
  terminal.close();
});

/** The error of a connection, `undefined` if it is accepted. */
function connectionError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    socket.on('connect', () => (socket.destroy(), resolve(undefined)));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    socket.on('timeout', () => (socket.destroy(), resolve('ETIMEDOUT')));
  });
}

it('its API listens at 127.0.0.1 and at no other address of this machine', async () => {
  for (const name of ['API_URL', 'PRIMARY_API_URL', 'REPLICA_API_URLS']) {
    const { hostname, port } = new URL(up.variables[name]!);
    expect(hostname).toBe('127.0.0.1');
    expect(await connectionError('127.0.0.1', Number(port))).toBeUndefined();
    for (const other of ['127.0.0.2', '::1']) expect(await connectionError(other, Number(port))).toMatch(/^E[A-Z]+$/);
  }
});

it('its databases are reached by sockets that only their user may use', () => {
  for (const name of ['DB_URL', 'REPLICA_DB_URLS']) {
    const folder = new URL(up.variables[name]!).searchParams.get('host')!;
    const sockets = readdirSync(folder).filter((entry) => lstatSync(join(folder, entry)).isSocket());
    expect(sockets).toHaveLength(1);
    for (const socket of sockets) expect(statSync(join(folder, socket)).mode & 0o777).toBe(0o700);
  }
});

it('its commands go through a folder that only its user may enter', () => {
  const folders = readdirSync(terminal.tmp).filter((name) => name.startsWith('ratchet-up-'));
  expect(folders).toHaveLength(1);
  for (const name of folders) expect(statSync(join(terminal.tmp, name)).mode & 0o777).toBe(0o700);
});

it.each(['/rest/v1/stories', '/auth/v1/user'])('%s is refused without a key', async (path) => {
  expect((await fetch(`${up.variables['API_URL']}${path}`)).status).toBe(401);
  const headers = { apikey: 'sb_secret_of_another_environment' };
  expect((await fetch(`${up.variables['API_URL']}${path}`, { headers })).status).toBe(401);
});
