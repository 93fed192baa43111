import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runRatchet } from './ratchet.test-support.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ratchet-reports-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const reports = (...args: string[]) => runRatchet(['reports', '--report', root, ...args]);
const inMemory = ['--subject', 'legacy', '--backend', 'simulated'];
const run = (...args: string[]) => runRatchet(['run', 'lagging-replica', ...inMemory, '--report', root, ...args]);
const listed = (): { path: string; valid: unknown; bytes: number }[] => JSON.parse(reports('--format', 'json').stdout);

it('lists nothing where nothing was saved', () => {
  expect(reports()).toEqual({ status: 0, stdout: `there are no reports in ${root}\n`, stderr: '' });
});

it('keeps all reports of the command that has just ended, and prunes those of earlier ones', () => {
  run('--runs', '3', '--keep-reports', '2');
  expect(listed().map(({ valid }) => valid)).toEqual([false, false, false]);
  const { stdout } = reports();
  expect(stdout).toMatch(/^(✗ \S+lagging-replica\/legacy\/\S+ {2}\d+ kB\n){3}\n3 reports, \d+ kB\n$/);
  run('--keep-reports', 'all');
  expect(listed()).toHaveLength(4);
  run('--keep-reports', '2');
  expect(listed()).toHaveLength(2);
});

it('prunes on request, and says what it kept and why', () => {
  run();
  const foreign = join(listed().at(-1)!.path, 'notes.md');
  writeFileSync(foreign, 'ours');
  run();
  const { status, stdout } = reports('--prune', '--keep-reports', '1');
  expect(status).toBe(0);
  expect(stdout).toMatch(/ kept: it contains notes\.md, which Ratchet has not written\n2 reports removed from /);
  expect(existsSync(foreign)).toBe(true);
});

it('runs again what failed last, or first, and all where nothing did', () => {
  const ran = (scenarios: readonly string[], ...args: string[]): string[] => {
    const chosen = ['--subject', 'workspace-fix', '--backend', 'simulated', '--report', root, '--reporter', 'json'];
    const { stdout } = runRatchet(['run', ...scenarios, ...chosen, ...args]);
    return (JSON.parse(stdout) as { runs: { scenario: string }[] }).runs.map(({ scenario }) => scenario);
  };
  const [held, violated] = ['clock-skew', 'lagging-replica'];
  expect(ran([held], '--last-failed')).toEqual([held]);
  expect(ran([held, violated])).toEqual([held, violated]);
  expect(ran([held, violated], '--failed-first')).toEqual([violated, held]);
  expect(ran([held, violated], '--last-failed')).toEqual([violated]);
  expect(ran([held], '--last-failed')).toEqual([held]);
});

it.each(['0', 'some'])('refuses to keep %s reports', (kept) => {
  const { status, stderr } = reports('--keep-reports', kept);
  expect(status).toBe(64);
  expect(stderr).toContain('It must be a whole number from 1, or all.');
});
