import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseHistory } from '../history/codec.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin/ratchet.js');
const reports = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(reports, { recursive: true, force: true }));

function ratchet(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args, '--report', reports], { cwd: root, encoding: 'utf8' });
}

const latest = (): string => realpathSync(join(reports, 'latest'));
const historyOf = (folder: string) => parseHistory(readFileSync(join(folder, 'history.ndjson'), 'utf8'), 'history');

/** Directories of clusters that belong to a process. */
function clustersOf(pid: number | undefined): string[] {
  const folders = ['/dev/shm', '/tmp', tmpdir()]
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return folders.filter((folder) => {
    try {
      return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')).pid === pid;
    } catch {
      return false;
    }
  });
}

/** Processes that mention a cluster's directory: its servers and its watchdog. */
function processesOf(cluster: string): string[] {
  return spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(cluster));
}

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A run in its own process that has begun to record, and the cluster it uses. */
async function startRun(
  ...args: string[]
): Promise<{ child: ChildProcess; folder: string; cluster: string; ended: Promise<number | null>; stdout(): string }> {
  const own = mkdtempSync(join(reports, 'own-'));
  const child = spawn(process.execPath, [program, ...args, '--report', own], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const history = join(own, 'latest', 'history.ndjson');
  await eventually(() => existsSync(history) && readFileSync(history, 'utf8').includes('"f":"show"'));
  return {
    child,
    folder: realpathSync(join(own, 'latest')),
    cluster: clustersOf(child.pid)[0]!,
    ended,
    stdout: () => stdout,
  };
}

describe('a run', () => {
  it('describes the reversion in sentences, and ends with a command that replays it', () => {
    const run = ratchet('run', 'lagging-replica', '--subject', 'legacy');
    expect(run.stdout).toMatch(/^✗ lagging-replica {2}legacy {2}[\d.]+ s {2}violated, as expected\n/);
    expect(run.stdout).toContain('✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%');
    expect(run.stdout).toMatch(/^ +also broken by this: monotonic-reads/m);
    expect(run.stdout).toMatch(/tab-1 was shown 85% +served by the primary\n/);
    expect(run.stdout).toMatch(
      /tab-1 was shown 10% +served by replica-1, which had replayed up to 0\/[0-9A-F]+ \([\d.]+ s behind\)\n/,
    );
    expect(run.stderr).toBe('');
    expect(run.status).toBe(1);
    const [, command] = /replay: {2}ratchet (.*)/.exec(run.stdout)!;
    expect(ratchet(...command!.split(' ')).status).toBe(1);
  });

  it('saves plan, history and verdict, and check gives the same verdict', () => {
    const run = ratchet('run', 'lagging-replica', '--subject', 'guarded', '--format', 'json');
    expect(run.status).toBe(0);
    const verdict = JSON.parse(readFileSync(join(latest(), 'verdict.json'), 'utf8'));
    expect(verdict).toMatchObject({
      valid: true,
      scenario: 'lagging-replica',
      subject: 'guarded',
      backend: 'embedded',
      seed: 1,
      expected: true,
    });
    expect(JSON.parse(run.stdout)).toMatchObject({
      valid: true,
      runs: [{ historyFile: relative('', join(latest(), 'history.ndjson')) && expect.any(String) }],
    });
    const { header, events } = historyOf(latest());
    expect(header).toMatchObject({
      history: 1,
      subject: 'guarded',
      backend: 'embedded',
      seed: 1,
      versions: expect.any(Object),
    });
    expect(new Set(events.map((event) => event.f))).toEqual(
      new Set(['watch', 'start', 'write', 'commit', 'read', 'show', 'fault']),
    );
    const check = spawnSync(process.execPath, [program, 'check', join(latest(), 'history.ndjson')], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(check.status).toBe(0);
  });

  it('that is repeated ends with a summary', () => {
    const run = ratchet(
      'run',
      'racing-writers',
      '--subject',
      'guarded',
      '--runs',
      '2',
      '--property',
      'monotonic-commits',
    );
    expect(run.stdout).toContain('seed 2');
    expect(run.stdout).toMatch(
      /^✓ racing-writers {2}guarded {2}seed 1 .*\n✓ racing-writers {2}guarded {2}seed 2 .*\n\n2 passed {2}/,
    );
  });

  it('is inconclusive in time if the subject never answers', () => {
    ratchet('run', 'restart', '--subject', 'legacy');
    const plan = JSON.parse(readFileSync(join(latest(), 'plan.json'), 'utf8'));
    plan.generations[0].steps[0].when = { after: { f: 'show', progress: 99 } };
    plan.run_ms_max = 500;
    const file = join(reports, 'stuck.json');
    writeFileSync(file, JSON.stringify(plan));
    const run = ratchet('replay', file, '--subject', 'legacy');
    expect(run.stdout).toContain('stopped: the run was not over after 500 ms');
    expect(run.stdout.match(/the run was not over/g)).toHaveLength(1);
    expect(run.status).toBe(2);
  });
});

describe('a run that is cut short', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s keeps what it recorded and leaves nothing behind', async (signal, code) => {
    const { child, folder, cluster, ended } = await startRun('run', 'concurrent-generations', '--subject', 'guarded');
    expect(processesOf(cluster).length).toBeGreaterThan(2);
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(existsSync(cluster)).toBe(false);
    await eventually(() => processesOf(cluster).length === 0);
    expect(historyOf(folder).events.at(-1)).toMatchObject({ f: 'fault', fault: 'run-incomplete' });
    expect(JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8')).valid).toBe('unknown');
  });

  it('by SIGKILL keeps what it recorded, and its servers and files are removed soon after', async () => {
    const { child, folder, cluster, ended } = await startRun('run', 'concurrent-generations', '--subject', 'guarded');
    child.kill('SIGKILL');
    await ended;
    await eventually(() => !existsSync(cluster) && processesOf(cluster).length === 0);
    const lines = readFileSync(join(folder, 'history.ndjson'), 'utf8');
    expect(lines.endsWith('\n')).toBe(true);
    expect(historyOf(folder).events.length).toBeGreaterThan(0);
  });

  it('by a database that dies is inconclusive, names the database, and keeps what it recorded', async () => {
    const { folder, cluster, ended, stdout } = await startRun('run', 'concurrent-generations', '--subject', 'guarded');
    const pid = Number.parseInt(readFileSync(join(cluster, 'primary', 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGKILL');
    expect(await ended).toBe(2);
    expect(stdout()).toContain('PostgreSQL primary died');
    expect(historyOf(folder).events.at(-1)).toMatchObject({ fault: 'run-incomplete' });
    await eventually(() => !existsSync(cluster) && processesOf(cluster).length === 0);
  });
});

describe('progress', () => {
  it('is shown on a terminal and not in a pipe', () => {
    const args = ['run', 'restart', '--subject', 'legacy', '--report', reports];
    expect(spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' }).stderr).toBe('');
    const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
    const onTerminal =
      process.platform === 'darwin'
        ? ['-q', '/dev/null', process.execPath, program, ...args]
        : ['-qec', command, '/dev/null'];
    expect(spawnSync('script', onTerminal, { cwd: root, encoding: 'utf8' }).stdout).toContain(
      'tab-1 sees story-1 at 10%',
    );
  });
});
