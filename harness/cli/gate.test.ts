/** Baselines and limits of failures, from the command line. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { root, runRatchet } from './ratchet.test-support.ts';

// Every case starts at least one process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A project of a user, whose application has other names than that of this repository.
writeFileSync(join(folder, 'ratchet.config.ts'), 'export const config = {};\n');
const baseline = join(folder, 'ratchet.baseline.json');
const app = ['--subject', './subject.ts', '--backend', 'simulated'];
const renderApp = join(root, 'fixtures/render-app/render-subjects.test-support.ts');
writeFileSync(join(folder, 'subject.ts'), `export { inSimulation as subject } from ${JSON.stringify(renderApp)};\n`);
const ratchet = (verb: string, ...args: string[]) => runRatchet([verb, ...args], { cwd: folder });

describe('ratchet run with a baseline', () => {
  it('passes what is known under another seed, and fails what is new', () => {
    const first = ratchet('run', 'lagging-replica', ...app);
    expect(first.status, first.stderr).toBe(1);
    const updated = ratchet('run', 'lagging-replica', ...app, '--update-baseline');
    expect(updated.stdout).toContain('baseline ratchet.baseline.json: 1 known, 0 new, 0 vanished; updated');
    expect(updated.status).toBe(0);
    const text = readFileSync(baseline, 'utf8');
    expect(ratchet('run', 'lagging-replica', ...app, '--seed', '9').status).toBe(0);
    expect(ratchet('run', 'lagging-replica', ...app, '--seed', '9', '--no-baseline').status).toBe(1);
    const more = ratchet('run', 'lagging-replica', 'overtaken-poll', ...app);
    expect([more.status, more.stdout]).toEqual([
      1,
      expect.stringContaining('baseline ratchet.baseline.json: 1 known, 1 new'),
    ]);
    expect(ratchet('run', 'lagging-replica', ...app, '--seed', '9', '--update-baseline').status).toBe(0);
    expect(readFileSync(baseline, 'utf8')).toBe(text);
  });

  it('tells what has vanished, which fails with --strict', () => {
    const known = JSON.parse(readFileSync(baseline, 'utf8'));
    known.known.push({ ...known.known[0], scenario: 'recovery-conflict', property: 'convergence' });
    writeFileSync(baseline, JSON.stringify(known));
    const { status, stdout } = ratchet('run', 'recovery-conflict', ...app);
    expect(stdout).toMatch(/^- recovery-conflict · \S+: convergence is not violated any more: /m);
    expect(status).toBe(0);
    expect(ratchet('run', 'recovery-conflict', ...app, '--strict').status).toBe(1);
  });

  it('stops after the first new violation with --fail-fast', () => {
    const two = ['run', 'overtaken-poll', 'lagging-replica', 'recovery-conflict', ...app] as const;
    const { status, stdout } = ratchet(...two, '--fail-fast');
    expect(stdout).toMatch(/1 violated.*, 2 not run/);
    expect(status).toBe(1);
    expect(ratchet(...two, '--max-failures', '2').stdout).not.toContain('not run');
  });
});

describe('ratchet explore and ratchet matrix with a baseline', () => {
  it('pass what is known', () => {
    const search = ['explore', 'lagging-replica', ...app.slice(0, 2), '--runs', '400', '--workers', '1'] as const;
    expect(ratchet(...search, '--update-baseline').status).toBe(0);
    const { status, stdout } = ratchet(...search);
    expect([status, stdout]).toEqual([0, expect.stringContaining('the search ended at this known violation')]);
    expect(ratchet(...search, '--no-baseline').status).toBe(1);
    const compared = ratchet('matrix', 'lagging-replica', ...app);
    expect(compared.stdout).toMatch(/^✗ lagging-replica · \S+ {2}known/m);
    expect(compared.status).toBe(0);
    expect(ratchet('matrix', 'lagging-replica', ...app, '--no-baseline').status).toBe(1);
  });
});

describe('bad input gets one clear line and exit code 64', () => {
  const run = ['run', 'recovery-conflict', ...app, '--report', 'untouched'];
  it.each([
    [
      'a baseline that is missing',
      ['--baseline', 'nowhere.json'],
      'nowhere.json: no such file — --update-baseline writes it',
    ],
    ['a baseline that is broken', ['--baseline', 'broken.json'], 'broken.json: known: Invalid input'],
    ['two ways to stop', ['--fail-fast', '--max-failures', '2'], '--fail-fast and --max-failures cannot be combined'],
    ['no failures', ['--max-failures', '0'], 'It must be a whole number from 1.'],
    ['--strict without a baseline', ['--no-baseline', '--strict'], '--no-baseline and --strict cannot be combined'],
    [
      'an update that is strict',
      ['--update-baseline', '--strict'],
      '--strict and --update-baseline cannot be combined',
    ],
  ])('%s', (_, flags, message) => {
    writeFileSync(join(folder, 'broken.json'), '{"baseline":1}');
    const [verb, ...rest] = run;
    const { status, stdout, stderr } = ratchet(verb!, ...rest, ...flags);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([status, stdout, existsSync(join(folder, 'untouched'))]).toEqual([64, '', false]);
  });
});
