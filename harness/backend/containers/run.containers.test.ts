import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** A proxy to the engine, whose connections can be closed. */
async function proxyToEngine(): Promise<{ host: string; cut(): void }> {
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

function startRatchet(environment: Record<string, string>, ...args: string[]) {
  const reports = mkdtempSync(join(folder, 'reports-'));
  const child = spawn(process.execPath, ['bin/ratchet.js', ...args, '--report', reports], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  stops.push(() => child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const history = join(reports, 'latest', 'history.ndjson');
  return {
    history,
    pid: child.pid!,
    ended: ended.then(([status]) => status),
    stdout: () => stdout,
    events: () => parseHistory(readFileSync(history, 'utf8'), 'history').events,
  };
}

/** A run that has started to record. */
async function startRun(environment: Record<string, string>) {
  const args = ['run', 'concurrent-generations', '--subject', 'guarded', '--backend', 'containers'];
  const run = startRatchet(environment, ...args);
  const hasStarted = (): boolean => existsSync(run.history) && readFileSync(run.history, 'utf8').includes('"f":"show"');
  await eventually(hasStarted, 60_000);
  return run;
}

async function containersOf(pid: number): Promise<{ Id: string; Names: string[] }[]> {
  const found = await engine.docker.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  return found.filter(({ Labels }) => Labels[OWNER_LABEL]?.includes(`"pid":${pid},`));
}

describe('a plan of outages', () => {
  it('is run to its end through every kind of outage', async () => {
    const file = join(folder, 'outages.json');
    const hows = ['partition', 'freeze', 'kill', 'restart'] as const;
    const steps = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    const ended = { f: 'fault', fault: 'outage', phase: 'end' };
    const committed = (progress: number) => ({ after: { f: 'commit', progress } });
    const plan = {
      plan: 1,
      scenario: 'outages',
      seed: 1,
      topology: { replicas: 1, routing: 'round-robin' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          // The next outage waits until all before it have ended.
          steps: steps.map((progress, at) => ({
            progress,
            after_ms: 100,
            ...(at > 0 && at % 2 === 0 && at <= 8
              ? { when: { after: Array.from({ length: at / 2 }, () => ended) } }
              : {}),
          })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
      faults: hows.map((how, at) => ({
        kind: 'outage',
        how,
        replica: 'replica-1',
        from: committed(20 * at + 10),
        until: committed(20 * at + 20),
      })),
      properties: ['monotonic-commits', 'integrity'],
      // Whether a request meets such a short outage is left to chance.
      allows: ['fault-without-effect'],
    };
    writeFileSync(file, JSON.stringify(plan));
    const run = startRatchet({}, 'replay', file, '--subject', 'guarded', '--backend', 'containers');
    expect(await run.ended).toBe(0);
    const outages = run.events().filter(({ f, process }) => f === 'fault' && process !== 'ratchet');
    expect(outages.map((event) => `${event['how']} ${event['phase']}`)).toEqual(
      hows.flatMap((how) => [`${how} begin`, `${how} end`]),
    );
  });
});

describe('a run ends with exit code 2 and the reason, and keeps its history,', () => {
  it('when its engine dies during the run; the next start removes its containers', async () => {
    const { host, cut } = await proxyToEngine();
    const run = await startRun({ DOCKER_HOST: host });
    cut();
    expect(await run.ended).toBe(2);
    expect(run.stdout()).toContain('The container engine stopped answering — Start it again');
    expect(run.events().at(-1)).toMatchObject({ f: 'fault', fault: 'run-incomplete' });
    expect(await containersOf(run.pid)).not.toEqual([]);
    await sweep(engine);
    expect(await containersOf(run.pid)).toEqual([]);
  });

  it.each(['primary', 'replica-1', 'primary-rest'])('when the container %s is killed', async (name) => {
    const run = await startRun({});
    const { Id: id } = (await containersOf(run.pid)).find(({ Names: [full] }) => full!.endsWith(`-${name}`))!;
    await engine.docker.getContainer(id).kill();
    expect(await run.ended).toBe(2);
    expect(run.stdout()).toContain(`The container ${name} ended (exit code 137)`);
    expect(run.events().at(-1)).toMatchObject({ f: 'fault', fault: 'run-incomplete' });
    expect(await containersOf(run.pid)).toEqual([]);
  });
});
