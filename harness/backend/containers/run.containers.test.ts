import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseHistory } from '../../history/codec.ts';
import { eventually } from '../postgres/stories.case.ts';
import { findEngine } from './engine.ts';
import { OWNER_LABEL } from './labels.ts';
import { sweep } from './removal.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'run-'));
const engine = await findEngine();
const { socketPath } = engine.docker.modem as { socketPath?: string };
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another way to the engine, which can be cut. */
async function wayToEngine(): Promise<{ host: string; cut(): void }> {
  const socket = join(folder, 'engine.sock');
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(socketPath!);
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(end);
      end.on('error', () => {});
      end.on('close', () => other.destroy());
      end.pipe(other);
    }
  });
  server.listen(socket);
  await once(server, 'listening');
  const cut = (): void => {
    server.close();
    for (const end of open) end.destroy();
  };
  stops.push(cut);
  return { host: `unix://${socket}`, cut };
}

/** A run that has begun to record. */
async function startRun(environment: Record<string, string>) {
  const reports = mkdtempSync(join(folder, 'reports-'));
  const args = ['bin/ratchet.js', 'run', 'concurrent-generations', '--subject', 'guarded', '--backend', 'containers'];
  const child = spawn(process.execPath, [...args, '--report', reports], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  stops.push(() => child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const history = join(reports, 'latest', 'history.ndjson');
  await eventually(() => existsSync(history) && readFileSync(history, 'utf8').includes('"f":"show"'), 60_000);
  return {
    pid: child.pid!,
    ended: ended.then(([status]) => status),
    stdout: () => stdout,
    events: () => parseHistory(readFileSync(history, 'utf8'), 'history').events,
  };
}

async function containersOf(pid: number): Promise<{ Id: string; Names: string[] }[]> {
  const found = await engine.docker.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  return found.filter(({ Labels }) => Labels[OWNER_LABEL]?.includes(`"pid":${pid},`));
}

describe('a run ends with exit code 2, says why, and keeps what it recorded', () => {
  it('when its engine dies in the middle; the next start removes what it left', async () => {
    const { host, cut } = await wayToEngine();
    const run = await startRun({ DOCKER_HOST: host });
    cut();
    expect(await run.ended).toBe(2);
    expect(run.stdout()).toContain('The container engine stopped answering — Start it again');
    expect(run.events().at(-1)).toMatchObject({ f: 'fault', fault: 'run-incomplete' });
    expect(await containersOf(run.pid)).not.toEqual([]);
    await sweep(engine);
    expect(await containersOf(run.pid)).toEqual([]);
  });

  it.each(['primary', 'replica-1', 'primary-rest'])('when somebody kills the container %s', async (name) => {
    const run = await startRun({});
    const { Id: id } = (await containersOf(run.pid)).find(({ Names: [full] }) => full!.endsWith(`-${name}`))!;
    await engine.docker.getContainer(id).kill();
    expect(await run.ended).toBe(2);
    expect(run.stdout()).toContain(`The container ${name} ended (exit code 137)`);
    expect(run.events().at(-1)).toMatchObject({ f: 'fault', fault: 'run-incomplete' });
    expect(await containersOf(run.pid)).toEqual([]);
  });
});
