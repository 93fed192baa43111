/** What a user can get wrong about their server: one line says what, and the last lines of the server follow it. */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Projects, type Files } from './project.test-support.ts';

const projects = new Projects();
const occupied = createServer();
const portOf = (): number => (occupied.address() as AddressInfo).port;
beforeAll(() => new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  occupied.close();
  projects.close();
});

const RUN = ['run', 'lagging-replica', '--subject', './s.ts', '--backend', 'embedded'];
const MIGRATIONS = { 'm/1.sql': 'create table public.scans (nr text primary key, ratio integer not null default 0);' };

/** @param how arguments of `command` */
const server = (how: string, script = ''): Files => ({
  ...MIGRATIONS,
  'server.mjs': script,
  's.ts': `import { command, defineSubject } from 'ratchet';
    export const subject = defineSubject({
      app: command(${how}),
      database: { migrations: import.meta.dirname + '/m', table: 'scans', key: 'nr', progress: 'ratio' },
      routes: { status: '/:nr', start: '/:nr' },
    });`,
});

const NODE = `['node', 'server.mjs']`;

describe('a server that does not start', () => {
  it('because it ends is told with its last lines, each on its own', () => {
    const script = `console.log('\\u001B[32mreading .env');\nconsole.error('Error: no DATABASE_URL\\n    at config (env.js:3)');\nprocess.exit(3);`;
    const { status, stdout, lines } = projects.ratchet(server(NODE, script), RUN);
    expect(lines[0]).toBe(
      'ratchet: node server.mjs did not start: exit code 3 — the command must start a server that listens on the port in the environment variable PORT',
    );
    expect(lines.slice(1).toSorted()).toEqual([
      '  |     at config (env.js:3)',
      '  | Error: no DATABASE_URL',
      '  | reading .env',
    ]);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('because its own port is in use is told to take the one that it is given', () => {
    const script = `import { createServer } from 'node:http';\ncreateServer().listen(${portOf()}, '127.0.0.1');`;
    const { status, lines } = projects.ratchet(server(NODE, script), RUN);
    expect(lines[0]).toBe(
      'ratchet: node server.mjs did not start: exit code 1 — it must listen on the port in the environment variable PORT, which is free, and on no other',
    );
    expect(lines.slice(1).join('\n')).toContain(
      `  | Error: listen EADDRINUSE: address already in use 127.0.0.1:${portOf()}`,
    );
    expect(status).toBe(2);
  });

  it.each<[what: string, how: string, line: string, code: number]>([
    ['its program is missing', `['no-such-program', 'start']`, 'the program no-such-program was not found — ', 2],
    ['its folder is missing', `['node', 'server.mjs'], { cwd: '/nowhere/app' }`, '/nowhere/app: no such folder', 64],
    ['it never listens', `['node', '-e', 'setInterval(() => {}, 9)'], { startTimeoutMs: 500 }`, 'within 500 ms', 2],
  ])('because %s is told in one line', (_, how, line, code) => {
    const { status, lines } = projects.ratchet(server(how), RUN);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^ratchet: (?!this is a bug)/);
    expect(lines[0]).toContain(line);
    expect(status).toBe(code);
  });
});

it('a port of an environment that is in use is told in one line', () => {
  const { status, lines } = projects.ratchet(MIGRATIONS, ['up', '--migrations', 'm', '--port', String(portOf())]);
  expect(lines).toEqual([
    `ratchet: cannot listen at 127.0.0.1:${portOf()}: the port is in use — choose another port, or omit it to use a free port`,
  ]);
  expect(status).toBe(2);
});
