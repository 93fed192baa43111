import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../errors.ts';
import { commandLineOf } from '../../lifetime/owner.ts';
import { clusterRoots } from './directories.ts';
import { askNode } from '../ask-node.test-support.ts';
import { eventually, startStories } from './embedded-stories.case.ts';

/** Directories of clusters that the process with this id owns. */
function homesOf(pid: number): string[] {
  return clusterRoots().flatMap((root) => {
    const names = existsSync(root) ? readdirSync(root).filter((name) => name.startsWith('ratchet-')) : [];
    return [...new Set(names.map((name) => `${root}/${name}`))].filter((home) => ownerPid(home) === pid);
  });
}

function ownerPid(home: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(`${home}/owner.json`, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}

function serverPids(home: string): number[] {
  return readdirSync(home)
    .map((name) => `${home}/${name}/postmaster.pid`)
    .filter((file) => existsSync(file))
    .map((file) => Number.parseInt(readFileSync(file, 'utf8'), 10));
}

/** False for a zombie, whose command line is empty. */
const runs = (pid: number): boolean => commandLineOf(pid) !== '';

/** The command lines of all running processes. */
function commandLines(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => commandLineOf(Number(pid)));
}

/** Keeps other runs from removing what the watchdog is to remove. */
function hideFromSweeps(home: string): void {
  const owner = JSON.parse(readFileSync(`${home}/owner.json`, 'utf8')) as object;
  writeFileSync(`${home}/owner.json`, JSON.stringify({ ...owner, where: 'elsewhere' }));
}

/** The processes of a server: its postmaster and the postmaster's children. */
function treeOf(postmaster: number): number[] {
  const children = readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(postmaster);
    } catch {
      return false;
    }
  });
  return [postmaster, ...children.map(Number)];
}

/** A Node process with a cluster; resolves when the cluster is up and the code `then` has run. */
async function holder(then = '', replicas = 1) {
  const module = fileURLToPath(new URL('embedded-stories.case.ts', import.meta.url));
  const code = `const { startStories } = await import(${JSON.stringify(module)}); const { cluster } = await startStories(${replicas}); ${then} console.log('up'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    // The leader of a process group, as on a terminal.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const home = homesOf(child.pid!)[0]!;
  hideFromSweeps(home);
  return { child, home, pids: serverPids(home) };
}

describe('closing a cluster', () => {
  it('leaves no process and no file, even with a paused and a frozen replica, and is idempotent', async () => {
    const { cluster, deaths } = await startStories(2);
    const home = homesOf(process.pid)[0]!;
    const pids = serverPids(home);
    expect(pids.length).toBe(3);
    const all = pids.flatMap(treeOf);
    await cluster.replicas[0]!.pause();
    await cluster.replicas[1]!.delay(10_000);
    await cluster.query(`insert into stories (id) values ('a')`);
    await cluster.replicas[1]!.outage!('freeze');
    await Promise.all([cluster.close(), cluster.close()]);
    await cluster.close();
    expect(all.length).toBeGreaterThan(6);
    expect(all.filter(runs)).toEqual([]);
    expect(existsSync(home)).toBe(false);
    expect(deaths).toEqual([]);
  });

  it('rejects pending and later calls', async () => {
    const { cluster } = await startStories(1);
    await cluster.replicas[0]!.pause();
    const outcomes = Promise.allSettled([
      cluster.query('select pg_sleep(60)'),
      cluster.replicas[0]!.holdAt('F/0'),
      askNode(cluster.primary, new Request('http://localhost/rest/v1/stories')),
    ]);
    await cluster.close();
    const [slow, held] = await outcomes;
    expect(slow.status).toBe('rejected');
    expect(held.status).toBe('rejected');
    await expect(askNode(cluster.primary, new Request('http://x/rest/v1/stories'))).rejects.toThrow('closed');
    await expect(cluster.replicas[0]!.lsn()).rejects.toThrow('closed');
  });
});

/** Times within a promotion: before the old primary ends, while the new one is started, while replicas are replaced. */
const MOMENTS_MS = [0, 30, 80, 150, 220];

describe('closing a cluster during a promotion', () => {
  it.each(MOMENTS_MS)('after %i ms leaves no process and no file', async (delayMs) => {
    const { cluster, deaths } = await startStories(2);
    const home = homesOf(process.pid)[0]!;
    await cluster.replicas[0]!.pause();
    await cluster.query(`insert into stories (id) values ('a')`);
    await cluster.replicas[1]!.resume();
    const promoting = cluster.promote!('replica-1', 0).then(({ replace }) => replace());
    const outcome = promoting.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await cluster.close();
    await outcome;
    expect(existsSync(home)).toBe(false);
    // The watchdog takes a moment to end.
    await eventually(() => !commandLines().some((line) => line.includes(home)));
    expect(deaths).toEqual([]);
  });
});

describe('aborting a start', () => {
  it.each([0, 20, 60, 120, 200, 300, 500])('after %i ms cleans up', async (delayMs) => {
    const controller = new AbortController();
    const starting = startStories(2, { signal: controller.signal });
    const outcome = starting.then(
      ({ cluster }) => cluster.close(),
      (error: Error) => error,
    );
    setTimeout(() => controller.abort(), delayMs);
    const error = await outcome;
    if (error) expect((error as Error).name).toBe('AbortError');
    expect(homesOf(process.pid)).toEqual([]);
  });

  it('before it starts has no effect', async () => {
    await expect(startStories(0, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe('the death of a server', () => {
  it.each(['primary', 'replica-1'])(
    'is reported once, with its name, the signal and its last words: %s',
    async (name) => {
      const { cluster, deaths } = await startStories(1);
      const home = homesOf(process.pid)[0]!;
      const node = name === 'primary' ? cluster.primary : cluster.replicas[0]!;
      appendFileSync(`${home}/${name}.log`, 'LOG:  its last words\n');
      const pid = Number.parseInt(readFileSync(`${home}/${name}/postmaster.pid`, 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
      await eventually(() => deaths.length > 0);
      expect(deaths[0]).toBeInstanceOf(EnvironmentError);
      expect(deaths[0]!.message).toContain(`PostgreSQL ${name} died (SIGKILL): `);
      // Its processes may say something when they find that it has died.
      expect(deaths[0]!.message).toMatch(/its last words|unexpected postmaster exit/);
      await expect(askNode(node, new Request('http://localhost/rest/v1/stories'))).rejects.toThrow(
        `PostgreSQL ${name} died`,
      );
      await expect(node.lsn()).rejects.toThrow(`PostgreSQL ${name} died`);
      await cluster.close();
      expect(deaths.length).toBe(1);
      expect(existsSync(home)).toBe(false);
    },
  );

  it('fails pending requests: the connection breaks, unless the REST layer has seen that of the database break', async () => {
    const { cluster, deaths } = await startStories(0);
    const home = homesOf(process.pid)[0]!;
    await cluster.query(`create function nap() returns int language sql as 'select 1 from pg_sleep(60)'`);
    const headers = { apikey: cluster.secretKey };
    const hanging = askNode(
      cluster.primary,
      new Request('http://localhost/rest/v1/rpc/nap', { method: 'POST', headers }),
    );
    const outcome = hanging.then(
      ({ status }) => (status >= 500 ? 'failed' : status),
      () => 'failed',
    );
    await eventually(
      async () => (await cluster.query(`select 1 from pg_stat_activity where wait_event = 'PgSleep'`)).length > 0,
    );
    process.kill(serverPids(home)[0]!, 'SIGQUIT');
    expect(await outcome).toBe('failed');
    await eventually(() => deaths.length === 1);
    await cluster.close();
  });
});

describe('the death of the process that started a cluster', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by %s ends the servers and removes the files', async (signal) => {
    const { child, home, pids } = await holder();
    expect(pids.filter(runs).length).toBe(2);
    // The signal goes to the whole process group, as with Ctrl-C.
    process.kill(-child.pid!, signal);
    await eventually(() => pids.every((pid) => !runs(pid)) && !existsSync(home), 2500);
  });

  it.each(MOMENTS_MS)('cleans up %i ms after the start of a promotion', async (delayMs) => {
    const begin = `await cluster.replicas[0].pause(); void cluster.promote('replica-1', 0);`;
    const wait = `await new Promise((resolve) => setTimeout(resolve, ${delayMs}));`;
    const { child, home } = await holder(`${begin} ${wait}`, 2);
    process.kill(child.pid!, 'SIGKILL');
    const isGone = (): boolean => !existsSync(home) && !commandLines().some((line) => line.includes(home));
    await eventually(isGone, 5000);
    expect(isGone()).toBe(true);
  });

  it('ends frozen servers', async () => {
    const { child, home, pids } = await holder(`await cluster.replicas[0].outage('freeze');`);
    const all = pids.flatMap(treeOf);
    process.kill(child.pid!, 'SIGKILL');
    await eventually(() => all.every((pid) => !runs(pid)) && !existsSync(home), 2500);
    expect(all.length).toBeGreaterThan(pids.length);
  });
});
