import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { EnvironmentError } from '../errors.ts';
import { commandSubject, type CommandSubjectOptions } from './command.ts';
import type { AppInstance, GenerationJob, Subject } from '../port/subject.ts';
import { urlSubject } from './url.ts';

/** A server that answers with the request and its environment, and that starts a child server. */
const SERVER = `
  const { createServer } = require('node:http');
  const inner = 'const server = require("node:http").createServer((_, response) => response.end()).listen(0, "127.0.0.1", () => console.log(server.address().port))';
  const child = require('node:child_process').spawn(process.execPath, ['-e', inner]);
  child.stdout.once('data', (childPort) => createServer((request, response) => {
    const { SUPABASE_URL: supabase, EXTRA: extra, PORT: port } = process.env;
    response.statusCode = request.url.includes('broken') ? 500 : 200;
    const asked = request.method + ' ' + request.url;
    response.end(JSON.stringify({ asked, supabase, extra, generation: 3, ports: [Number(port), Number(childPort)] }));
  }).listen(process.env.PORT, '127.0.0.1'));
`;

const port = {
  name: 'probe',
  description: '',
  tracked: { table: 'stories', key: 'id', progress: 'progress', generation: 'generation' },
  migrations: [],
  storyRow: () => ({}),
  frontEnd: { query: () => ({}), display: 'as-arrived' as const },
  readStatus: () => undefined,
};
const environment = { supabaseUrl: 'http://supabase.test', publishableKey: 'public', secretKey: 'secret' };
const open: AppInstance[] = [];

afterEach(async () => {
  for (const instance of open.splice(0)) await instance.close?.();
});

async function start(subject: Subject): Promise<AppInstance> {
  const instance = await subject.createInstance(environment);
  open.push(instance);
  return instance;
}

function server(script: string, options: Partial<CommandSubjectOptions> = {}): Subject {
  return commandSubject({ ...port, command: [process.execPath, '-e', script], cwd: tmpdir(), ...options });
}

/** Asks for a status at the path of the subject, as a tab does. */
async function ask(
  instance: AppInstance,
  path = '/status',
  story = 'a/b',
): Promise<{ asked: string; ports: number[] }> {
  const request = new Request(`http://app.test${path}?expectedProgress=85`);
  const response = await instance.status(request, story);
  return (await response.json()) as { asked: string; ports: number[] };
}

function job(story: string, started = vi.fn<(generation: number) => void>()): GenerationJob {
  return { story, steps: [100], outcome: 'completed', started, work: async () => {}, ended: async () => {} };
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );
}

test('the server is started with its settings and queried over HTTP', async () => {
  const subject = server(SERVER, { variables: ({ secretKey }) => ({ EXTRA: secretKey }) });
  const instance = await start(subject);
  expect(await ask(instance, subject.statusPath?.('a/b'))).toMatchObject({
    asked: 'GET /api/stories/a%2Fb/status?expectedProgress=85',
    supabase: 'http://supabase.test',
    extra: 'secret',
  });
});

test('a generation is started by a POST and gets its number from the answer', async () => {
  const instance = await start(server(SERVER));
  const started = vi.fn<(generation: number) => void>();
  await instance.generate(job('story-1', started));
  expect(started).toHaveBeenCalledExactlyOnceWith(3);
  await expect(instance.generate(job('broken'))).rejects.toThrow(
    'POST /api/stories/broken/generate answered 500: {"asked":"POST /api/stories/broken/generate"',
  );
});

test('closing ends the server and the processes that it started', async () => {
  const instance = await start(server(SERVER));
  const { ports } = await ask(instance);
  expect(await Promise.all(ports.map(answers))).toEqual([true, true]);
  await instance.close?.();
  await vi.waitUntil(async () => !(await Promise.all(ports.map(answers))).includes(true));
});

test.each([
  { what: 'ends', script: `console.error('no such setting'); process.exit(7)`, why: /exit code 7[^]*no such setting/ },
  { what: 'does not listen', script: 'setInterval(() => {}, 1000)', why: /did not answer at .* within 300 ms/ },
])('a server that $what is reported as an error of the environment', async ({ script, why }) => {
  const starting = start(server(script, { startTimeoutMs: script.includes('exit') ? 60_000 : 300 }));
  await expect(starting).rejects.toThrow(EnvironmentError);
  await expect(starting).rejects.toThrow(why);
});

test('a server that is killed during the run is reported with the signal and its last words', async () => {
  const dying = `
    const { createServer } = require('node:http');
    createServer((request, response) => {
      if (request.url === '/') return response.end();
      console.error('its last words');
      process.kill(process.pid, 'SIGKILL');
    }).listen(process.env.PORT);
  `;
  const answer = ask(await start(server(dying)));
  await expect(answer).rejects.toThrow(EnvironmentError);
  await expect(answer).rejects.toThrow(/ended during the run: signal SIGKILL\nits last words$/);
});

test('the error for a program that does not exist names it', async () => {
  const starting = start(commandSubject({ ...port, command: ['no-such-program', 'start'], cwd: tmpdir() }));
  await expect(starting).rejects.toThrow(
    'no-such-program start did not start: the program no-such-program was not found',
  );
});

test('a server that is already running is reached by its URL, at configured paths', async () => {
  const running = await start(server(SERVER));
  const { ports } = await ask(running);
  const url = `http://127.0.0.1:${ports[0]}`;
  const paths = { statusPath: (key: string) => `/v2/${key}`, generatePath: () => '/v2/go' };
  const subject = urlSubject({ ...port, url, ...paths });
  const instance = await start(subject);
  expect(await ask(instance, subject.statusPath?.('x'))).toMatchObject({ asked: 'GET /v2/x?expectedProgress=85' });
  expect(subject.runsAt).toBe(url);
});
