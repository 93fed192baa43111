import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { markProcesses, sweepMarked } from './marked-processes.ts';

const module = new URL('marked-processes.ts', import.meta.url).href;

/** A server that starts another one in a session of its own, and prints both process ids. */
const SERVER = `
  const { spawn } = require('node:child_process');
  const idle = ['-e', 'setInterval(() => {}, 1000)'];
  const child = spawn(process.execPath, idle, { detached: true, stdio: 'ignore' });
  console.log(JSON.stringify([process.pid, child.pid]));
  setInterval(() => {}, 1000);
`;

/** A process that starts the server as a subject does. */
const OWNER = `
  import { spawn } from 'node:child_process';
  import { markProcesses } from ${JSON.stringify(module)};
  const mark = markProcesses();
  const env = { ...process.env, ...mark.environment };
  const stdio = ['ignore', 'inherit', 'inherit'];
  const server = spawn(process.execPath, ['-e', ${JSON.stringify(SERVER)}], { env, detached: true, stdio });
  mark.watch(server.pid);
  setInterval(() => {}, 1000);
`;

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

async function pidsFrom(child: ChildProcess): Promise<number[]> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  started.push(...pids);
  return pids;
}

function startOwner(): ChildProcess {
  const args = ['--input-type=module', '--eval', OWNER];
  const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(owner.pid!);
  return owner;
}

/** A zombie has ended, too. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function untilEnded(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(20);
}

describe.runIf(process.platform === 'linux')('a foreign program, and what it started in a session of its own', () => {
  it('end when their owner is killed', async () => {
    const owner = startOwner();
    const pids = await pidsFrom(owner);
    owner.kill('SIGKILL');
    await untilEnded(pids);
    expect(pids.map(isRunning)).toEqual([false, false]);
  });

  it('end at the next sweep when the watchdog was killed, too, and not before the owner', async () => {
    const owner = startOwner();
    const pids = await pidsFrom(owner);
    const children = readFileSync(`/proc/${owner.pid}/task/${owner.pid}/children`, 'utf8').trim().split(' ');
    const watchdog = children.map(Number).find((pid) => !pids.includes(pid))!;
    sweepMarked();
    expect(pids.map(isRunning)).toEqual([true, true]);
    process.kill(watchdog, 'SIGKILL');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await sleep(300);
    expect(pids.map(isRunning)).toEqual([true, true]);
    sweepMarked();
    await untilEnded(pids);
  });

  it('end when their mark is killed, and others with another mark do not', async () => {
    const [one, other] = [markProcesses(), markProcesses()];
    const start = (mark: typeof one): Promise<number[]> =>
      pidsFrom(
        spawn(process.execPath, ['-e', SERVER], {
          env: { ...process.env, ...mark.environment },
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
    const [mine, theirs] = [await start(one), await start(other)];
    one.kill();
    await untilEnded(mine);
    expect(theirs.map(isRunning)).toEqual([true, true]);
    for (const mark of [one, other]) {
      mark.kill();
      mark.dismiss();
    }
    await untilEnded(theirs);
  });
});
