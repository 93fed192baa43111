import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { withEngineTimeout, noEngine } from './engine.ts';
import { failing, silent, startFakeEngine, type Answers } from './fake-engine.test-support.ts';
import { onFreePort } from './free-port.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'engine-'));
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(environment: Record<string, string>) {
  const args = ['bin/ratchet.js', 'run', 'restart', '--subject', 'legacy', '--backend', 'containers'];
  const child = spawn(process.execPath, [...args, '--report', join(folder, 'reports')], {
    cwd: root,
    env: { ...process.env, HOME: folder, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

/** A run on an engine with these answers. */
async function runOn(answers: Answers) {
  const socket = join(folder, 'engine.sock');
  stops.push(await startFakeEngine(socket, answers));
  return run({ DOCKER_HOST: `unix://${socket}` });
}

describe('a run ends with a one-line error and remedy, and exit code 2,', () => {
  it('when no engine answers at DOCKER_HOST', async () => {
    const { status, stderr } = await run({ DOCKER_HOST: `unix://${folder}/none.sock` });
    expect(stderr).toMatch(
      /^ratchet: No container engine answers at .*DOCKER_HOST.* — Start it, .*--backend embedded.*\n$/,
    );
    expect(status).toBe(2);
  });

  it('when no engine answers at DOCKER_HOST, although another one is running', async () => {
    stops.push(await startFakeEngine(join(folder, 'docker.sock'), {}));
    const { status, stderr } = await run({ DOCKER_HOST: `unix://${folder}/none.sock`, XDG_RUNTIME_DIR: folder });
    expect(stderr).toMatch(/^ratchet: No container engine answers at .*none.sock.*\n$/);
    expect(status).toBe(2);
  });

  const broken: [string, Answers, RegExp][] = [
    ['the engine hangs', { GET: silent }, /No container engine answers at .* — Start it, .*/],
    [
      'an image is missing and its registry cannot be reached',
      { 'GET /images/': failing(404, 'no such image'), 'POST /images/create': failing(500, 'dial tcp: no such host') },
      /The image \S+ is missing and could not be pulled: .*no such host.* — Try docker pull, set another image in RATCHET_POSTGRES_IMAGE.*/,
    ],
    [
      'an image does not fit on the disk',
      {
        'GET /images/': failing(404, 'no such image'),
        'POST /images/create': (response) =>
          void response.writeHead(200).end('{"error":"write /layer: no space left on device"}'),
      },
      /No space left for the container engine: .* — Free some space on its disk.*/,
    ],
    [
      'the engine dies while it pulls an image',
      {
        'GET /images/': failing(404, 'no such image'),
        'POST /images/create': (response) => {
          response.writeHead(200).write('{"status":"Pulling"}\n', () => response.destroy());
        },
      },
      /The container engine stopped answering — Start it again; .*/,
    ],
    [
      'the disk is full',
      { 'POST /containers/create': failing(500, 'mkdir /var: no space left on device') },
      /No space left for the container engine: The container primary .* — Free some space on its disk.*/,
    ],
    [
      'the engine dies while it starts containers',
      { 'POST /containers/create': (response) => void response.destroy() },
      /The container engine stopped answering — Start it again; .*/,
    ],
    [
      'an image cannot be run',
      { 'POST /containers/create': failing(400, 'exec format error') },
      /The container primary \(\S+\) could not be started: .*exec format error.*/,
    ],
  ];
  it.each(broken)('when %s', async (_, answers, line) => {
    const { status, stderr } = await runOn(answers);
    expect(stderr).toMatch(new RegExp(`^ratchet: ${line.source}\n$`));
    expect(status).toBe(2);
  });
});

describe('the error for a missing engine', () => {
  it('says to install it, or to start it if it is installed', () => {
    const programs = mkdtempSync(join(folder, 'programs-'));
    const PATH = [folder, programs].join(delimiter);
    expect(noEngine({ PATH })).toMatchObject({
      code: 'engine-missing',
      hint: expect.stringMatching(/^Install Docker/),
    });
    writeFileSync(join(programs, 'docker'), '');
    expect(noEngine({ PATH })).toMatchObject({ code: 'engine-stopped', hint: expect.stringMatching(/^Start it/) });
  });
});

describe('an engine that hangs', () => {
  afterEach(() => void vi.useRealTimers());

  it('is waited for one minute, and after that only briefly until it answers', async () => {
    vi.useFakeTimers();
    const call = () => {
      const outcome = { code: undefined as string | undefined };
      withEngineTimeout(new Promise(() => {})).catch((error: { code: string }) => (outcome.code = error.code));
      return outcome;
    };
    const first = call();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(first.code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.code).toBe('engine-gone');
    const second = call();
    await vi.advanceTimersByTimeAsync(2000);
    expect(second.code).toBe('engine-gone');
    await withEngineTimeout(Promise.resolve());
    const third = call();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(third.code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
  });
});

describe('a port that is taken', () => {
  it('is replaced by another port', async () => {
    const tried: number[] = [];
    const port = await onFreePort(async (port) => {
      tried.push(port);
      if (tried.length < 3) throw new Error('Bind for 127.0.0.1 failed: port is already allocated');
      return port;
    });
    expect(tried).toHaveLength(3);
    expect(port).toBe(tried[2]);
  });

  it('is reported after several attempts', async () => {
    const taken = onFreePort(async () => {
      throw new Error('listen tcp4 127.0.0.1:1: bind: address already in use');
    });
    await expect(taken).rejects.toMatchObject({ code: 'port-taken', exitCode: 2 });
  });
});
