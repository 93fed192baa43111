import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRatchet } from './ratchet.test-support.ts';

// Every case starts at least one process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-show-'));
const run = join(folder, 'latest');
afterAll(() => rmSync(folder, { recursive: true }));

const ratchet = (...args: string[]) => runRatchet(args);

beforeAll(() => {
  const { status, stderr } = ratchet(
    'run',
    'lagging-replica',
    '--subject',
    'legacy',
    '--backend',
    'simulated',
    '--report',
    folder,
  );
  if (status !== 1) throw new Error(stderr);
});

describe('show', () => {
  it('writes the page of a run beside its history, and prints the path', () => {
    const { status, stdout, stderr } = ratchet('show', run);
    expect([stdout, stderr, status]).toEqual([`${join(run, 'report.html')}\n`, '', 0]);
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    expect(page).toContain('tab-1 saw story-1 go from 85% back to 10%');
    expect(page).toContain('lagging-replica · legacy');
    expect(page).toMatch(/ratchet replay \S+plan\.json --subject legacy --backend simulated/);
  });

  it('draws a picture to standard output or to a file', () => {
    const { stdout, status } = ratchet('show', run, '--svg');
    expect([status, stdout.slice(0, 4)]).toEqual([0, '<svg']);
    expect(stdout).toContain('replica-1 · story-1');
    const file = join(folder, 'made', 'run.svg');
    expect(ratchet('show', run, '--svg', '--output', file)).toMatchObject({ status: 0, stdout: `${file}\n` });
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it('draws a history that is not of a run, and one that violates nothing', () => {
    const history = join(folder, 'own.ndjson');
    const event = { index: 0, time: 0, process: 'tab-1', type: 'ok', f: 'show', key: 's', value: { progress: 10 } };
    writeFileSync(history, `${JSON.stringify(event)}\n`);
    const output = join(folder, 'own.html');
    expect(ratchet('show', history, '--output', output, '--no-open')).toMatchObject({
      status: 0,
      stdout: `${output}\n`,
    });
    expect(readFileSync(output, 'utf8')).toContain('own.ndjson');
  });

  it('refuses a folder without a history, and a file that is none', () => {
    const missing = ratchet('show', join(folder, 'nothing'));
    expect([missing.status, missing.stderr]).toEqual([
      64,
      expect.stringMatching(/nothing: there is no such file — give the folder of a run/),
    ]);
    const bad = join(folder, 'bad.ndjson');
    writeFileSync(bad, 'no\n');
    expect(ratchet('show', bad)).toMatchObject({ status: 64, stdout: '' });
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
  });

  it('fails if the file cannot be written', () => {
    expect(ratchet('show', run, '--output', join(run, 'plan.json', 'x.html'))).toMatchObject({ status: 2, stdout: '' });
  });
});
