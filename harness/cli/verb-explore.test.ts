import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const report = mkdtempSync(join(tmpdir(), 'ratchet-explore-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));

const TIMEOUT_MS = 240_000;
const command = (...args: string[]): [string, string[]] => [
  process.execPath,
  [join(root, 'bin/ratchet.js'), 'explore', ...args, '--report', report],
];

function ratchet(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(...command(...args), { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('ratchet explore', { timeout: TIMEOUT_MS }, () => {
  it('finds, shrinks and reports a plan, and saves it for replay', () => {
    const { status, stdout } = ratchet('lagging-replica', '--subject', 'legacy', '--workers', '1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ found {3}\d+ plans? in [\d.]+ s/);
    expect(stdout).toMatch(
      /monotonic-view \(shrunk in \d+ plans: 1 generation, 1 tab, [12] faults?, fails under 4 of 4 other timings\)/,
    );
    expect(stdout).toMatch(/✗ monotonic-view +tab-1 saw story-1 go from \d+% back to \d+%/);
    expect(stdout).toMatch(/plans\/s {3}violated, as expected\n/);
    const [, plan] = /replay: {2}ratchet replay (\S+) --subject legacy --backend simulated/.exec(stdout)!;
    const replay = spawnSync(
      process.execPath,
      [
        join(root, 'bin/ratchet.js'),
        'replay',
        plan!,
        '--subject',
        'legacy',
        '--backend',
        'simulated',
        '--report',
        report,
      ],
      { cwd: root },
    );
    expect(replay.status).toBe(1);
  });

  it('refuses an environment, which cannot take part in a simulation', () => {
    expect(ratchet('lagging-replica', '--subject', 'legacy', '--on', 'up')).toEqual({
      status: 64,
      stdout: '',
      stderr:
        'ratchet: explore searches in a simulation, which the environment up cannot take part in — replay the plan that it finds: ratchet replay PLAN --on up\n',
    });
  });

  it('finds nothing in a sound subject after the given number of plans', () => {
    const { status, stdout } = ratchet('lagging-replica', '--subject', 'guarded', '--runs', '60');
    expect(status).toBe(0);
    expect(stdout).toMatch(/✓ nothing found {3}60 plans/);
    expect(stdout).toMatch(/plans\/s {3}as expected\n/);
  });

  it('gives the same result for any number of workers', () => {
    const outputs = ['1', '3'].map((workers) => {
      const { stdout } = ratchet('plan-space', '--subject', 'legacy', '--workers', workers, '--format', 'json');
      const [{ runs, coverage, found }] = JSON.parse(stdout).explorations;
      return { runs, coverage, failing: found.failing, plan: found.plan };
    });
    expect(outputs[1]).toEqual(outputs[0]);
  });

  it('runs every plan twice with --check-determinism', () => {
    const { status, stdout } = ratchet('lagging-replica', '--subject', 'legacy', '--runs', '50', '--check-determinism');
    expect(status).toBe(0);
    expect(stdout).toContain('no second run differed from the first   50 plans twice');
  });

  it('ends at once when it is interrupted, and reports what it has tried', async () => {
    const child = spawn(...command('--subject', 'guarded', '--time', '600s'), { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('guarded · seed 1')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(output).toMatch(/nothing found.*interrupted/);
  });

  it.each([
    [['moon-phase', '--subject', 'legacy'], 'no scenario is called "moon-phase"'],
    [['--subject', 'nobody'], 'no subject is called "nobody"'],
    [['--subject', 'legacy', '--backend', 'paper'], 'no backend is called "paper"'],
    [['--subject', 'legacy', '--time', 'soon'], 'It must be like 2s or 500ms'],
    [['--subject', 'legacy', '--workers', '0'], 'It must be a whole number from 1'],
    [['--subject', 'legacy', '--property', 'fairness'], 'no property is called "fairness"'],
    [['restart', '--subject', 'legacy', '--set', 'lag_ms=1'], 'scenario restart has no parameter "lag_ms"'],
  ])('refuses %j in one line', (args, message) => {
    const { status, stderr } = ratchet(...args);
    expect(status).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('saves a report of what it found', () => {
    const latest = join(report, 'latest');
    expect(existsSync(latest)).toBe(true);
    expect(JSON.parse(readFileSync(join(latest, 'plan.json'), 'utf8'))).toMatchObject({ plan: 1 });
  });
});
