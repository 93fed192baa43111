/** `ratchet load` with a real k6, on databases of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { program, root, runRatchet } from './ratchet.test-support.ts';
import { subjectFile } from '../../fixtures/render-app/render-subjects.test-support.ts';
import { findK6 } from '../load/find-k6.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// It is found as the suite has found it, also from other folders.
process.env['RATCHET_K6'] = findK6(root);

interface Judged {
  valid: boolean | 'unknown';
  load: { polls: number; failed: number; reversions: number; crossed: string[]; tabs: number };
  verdicts: { property: string; valid: boolean | 'unknown' }[];
}

/** Few polls and long rounds: the machine may be slow. */
const SMALL = ['--tabs', '4', '--every', '200ms', '--duration', '16s', '--round-every', '6s'];

/** The first example of the documentation, and its exit code. */
function example(): [args: string[], exitCode: number] {
  const page = readFileSync(join(root, 'docs/LOAD.md'), 'utf8');
  const [, args, code] = /^ratchet load (.*?) +# exit code (\d)$/m.exec(page)!;
  return [args!.split(' '), Number(code)];
}

function load(...args: string[]): { status: number | null; stdout: string; stderr: string; judged: Judged } {
  const report = join(folder, 'reports');
  const outcome = runRatchet([
    'load',
    ...args,
    '--report',
    report,
    '--reporter',
    `json=${join(folder, 'report.json')}`,
    '--reporter',
    'text',
  ]);
  const file = join(report, 'latest', 'verdict.json');
  return { ...outcome, judged: JSON.parse(readFileSync(file, 'utf8')) as Judged };
}

describe('a load by k6', () => {
  it('finds the reversions of legacy, tells them, and ends with the command that repeats it', () => {
    const [args, exitCode] = example();
    const { status, stdout, stderr, judged } = load(...args);
    expect([status, stderr]).toEqual([exitCode, '']);
    expect(stdout).toMatch(/load-\d saw story-1|of load-\d/);
    expect(stdout).toMatch(/served by replica-1, which had replayed up to/);
    expect(stdout).toMatch(/crossed: ratchet_reversions: count==0/);
    expect(stdout.trimEnd()).toMatch(/replay: {2}ratchet load lagging-replica --subject legacy --tabs 4 .*$/);
    expect(judged.load).toMatchObject({ tabs: 4, failed: 0, crossed: ['ratchet_reversions: count==0'] });
    expect(judged.load.reversions).toBeGreaterThan(0);
  });

  it('finds none of guarded, and leaves nothing but its report', () => {
    const { status, stdout, judged } = load('lagging-replica', '--subject', 'guarded', ...SMALL);
    expect([status, judged.valid]).toEqual([0, true]);
    expect(stdout).toMatch(/✓ lagging-replica {2}guarded/);
    expect(judged.load).toMatchObject({ failed: 0, reversions: 0, crossed: [] });
    expect(readdirSync(join(folder, 'reports', 'latest', 'load')).toSorted()).toEqual([
      'k6-summary.json',
      'stories.json',
    ]);
  });

  it('polls an application with another table, other routes and other words', () => {
    const app = join(folder, 'render-app');
    cpSync(join(root, 'fixtures/render-app'), app, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(app, 'subject.ts'), subjectFile({ name: 'render' }));
    const { status, stdout, judged } = load('lagging-replica', '--subject', join(app, 'subject.ts'), ...SMALL);
    expect(judged.load.polls, stdout).toBeGreaterThan(100);
    expect([status, judged.load.failed]).toEqual([1, 0]);
  });

  it('polls the server of an application, and fails if a threshold of the user is crossed', () => {
    const file = join(root, 'fixtures/render-app/load-subject.test-support.ts');
    const own = ['--threshold', 'http_req_duration=p(50)<0.001', '--threshold', 'ratchet_reversions=count>=0'];
    const { status, stdout, judged } = load(
      'lagging-replica',
      '--subject',
      file,
      ...SMALL,
      '--property',
      'integrity',
      ...own,
    );
    expect(
      judged.verdicts.filter(({ valid }) => valid === false),
      stdout,
    ).toEqual([]);
    expect([status, judged.load.failed]).toEqual([1, 0]);
    expect(judged.load.crossed).toContain('http_req_duration: p(50)<0.001');
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no k6, no server and no database after %s', async (signal) => {
    const temp = mkdtempSync(join(tmpdir(), 'ratchet-load-end-'));
    const args = [
      'load',
      'lagging-replica',
      '--subject',
      'legacy',
      '--duration',
      '60s',
      '--report',
      join(folder, 'ended'),
    ];
    const mark = `RATCHET_TEST=${temp}`;
    const env = { ...process.env, TMPDIR: temp, RATCHET_TEST: temp };
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: 'ignore' });
    await until(() => markedBy(mark).some((line) => line.startsWith(process.env['RATCHET_K6']!)));
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    await until(() => markedBy(mark).length === 0);
    await until(() => readdirSync(temp).filter((name) => name.startsWith('ratchet-')).length === 0);
    rmSync(temp, { recursive: true });
  });
});

it('the script of the tabs runs by itself', async () => {
  const server = await import('node:http').then(({ createServer }) =>
    createServer((_, answer) => void answer.end('{"progress":40}')),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const variables = [
    '-e',
    `RATCHET_TARGET=http://127.0.0.1:${port}`,
    '-e',
    'RATCHET_TABS=2',
    '-e',
    'RATCHET_DURATION=1s',
  ];
  const script = join(root, 'harness/load/tab-script.ts');
  const args = ['run', '--quiet', '--no-usage-report', '--address', '', ...variables, script];
  const child = spawn(process.env['RATCHET_K6']!, args, { cwd: dirname(folder), stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  server.close();
  expect(code).toBe(0);
});

/** The command lines of the processes with this entry in their environment. Linux only, as the watchdog's mark. */
function markedBy(entry: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const isMarked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry);
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return isMarked && line !== '' ? [line] : [];
    } catch {
      return [];
    }
  });
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 100_000, interval: 100 }).toBe(true);
}
