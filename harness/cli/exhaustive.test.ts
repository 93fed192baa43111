/** `--exhaustive` of `explore` and `run`. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { baseNames } from '../explore/exhaustive/bases.ts';
import { program, root, runRatchet } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-exhaustive-'));
const report = join(folder, 'reports');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A project of a user: two scenarios, whose plans are bases. The polls of `short` do not overlap, so it has half as many plans.
mkdirSync(join(folder, 'scenarios'));
writeFileSync(join(folder, 'ratchet.config.ts'), `export const config = { scenarios: ['./scenarios'] };\n`);
for (const [name, startMs, everyMs] of [
  ['tiny', 310, 70],
  ['short', 100, 100],
] as const) {
  writeFileSync(
    join(folder, `scenarios/${name}.ts`),
    `export const scenario = {
      name: '${name}', summary: 'one step', parameters: {},
      plan: () => ({
        topology: { replicas: 0 },
        generations: [{ worker: 'worker-1', story: 'story-1', start: { at_ms: ${startMs} }, steps: [{ progress: 100, after_ms: 50 }] }],
        observers: [{ session: 'tab-1', story: 'story-1', every_ms: ${everyMs}, start: { at_ms: 15 } }],
        properties: ['monotonic-view'],
      }),
    };\n`,
  );
}

const subjectOf = (name: string): string[] => ['--subject', join(root, `fixtures/subjects/${name}/subject.ts`)];
const exploring = (base: string, exhaustive: string, subject: string, ...more: string[]): string[] => [
  'explore',
  base,
  '--exhaustive',
  exhaustive,
  ...subjectOf(subject),
  '--report',
  report,
  ...more,
];
const tiny = exploring.bind(undefined, 'tiny');
const short = exploring.bind(undefined, 'short', '2', 'guarded');
const ratchet = (...args: string[]) => runRatchet(args, { cwd: folder });

describe('ratchet explore --exhaustive', { timeout: 240_000 }, () => {
  it('ends in a statement about all plans near the base', () => {
    const { stdout, status } = ratchet(...tiny('1', 'guarded'));
    expect(stdout).toMatch(/✓ no violation of monotonic-view within 1 deviation of "tiny": \d+ plans, all tried/);
    expect(stdout).toMatch(/deviations +(\S+ \d+, )+/);
    expect(stdout).toMatch(/runs +\d+ of them differ/);
    expect(stdout).toMatch(/left out +promotion/);
    expect(status).toBe(0);
  });

  it('claims only its own plans with --shard', () => {
    const { stdout, status } = ratchet(...tiny('2', 'guarded', '--shard', '2/40'));
    expect(stdout).toMatch(/in shard 2 of 40: [\d,]+ of [\d,]+ plans, all tried; the other shards are not included/);
    expect(status).toBe(0);
  });

  it('ends in a plan that violates the property, with the command that runs it again', () => {
    const { stdout, status } = ratchet(...tiny('2', 'legacy', '--format', 'json'));
    const { explorations } = JSON.parse(stdout);
    expect(explorations[0]).toMatchObject({
      valid: false,
      exhaustive: { deviationsMax: 2, shard: { number: 1, of: 1 } },
    });
    const [run] = explorations[0].found.runs;
    expect(run).toMatchObject({ isConfirmed: true });
    const again = ratchet('replay', run.planFile, ...subjectOf('legacy'), '--backend', 'simulated', '--report', report);
    expect(again.status).toBe(1);
    expect(status).toBe(1);
  });

  it('continues with --resume where it was killed, with the same result', async () => {
    const whole = JSON.parse(ratchet(...short('--format', 'json')).stdout).explorations[0];
    const file = join(report, 'exhaustive/short-guarded-2.ndjson');
    expect(existsSync(file)).toBe(false);
    const killed = spawn(process.execPath, [program, ...short('--workers', '1')], { cwd: folder });
    const ended = new Promise((resolve) => killed.on('close', resolve));
    while (!existsSync(file) || readFileSync(file, 'utf8').split('\n').length < 4) await nextTurn();
    killed.kill('SIGKILL');
    await ended;
    const { stdout, status } = ratchet(...short('--resume', '--format', 'json'));
    const resumed = JSON.parse(stdout).explorations[0];
    for (const name of ['runs', 'coverage', 'untested', 'valid']) expect(resumed[name]).toEqual(whole[name]);
    expect(resumed.exhaustive.distinctTraces).toBe(whole.exhaustive.distinctTraces);
    expect(existsSync(file)).toBe(false);
    expect(status).toBe(whole.valid === true ? 0 : 2);
  });

  it('is inconclusive if it is interrupted, and says how to continue', async () => {
    const file = join(report, 'exhaustive/short-guarded-2.ndjson');
    const stopped = spawn(process.execPath, [program, ...short('--workers', '1')], { cwd: folder });
    let output = '';
    stopped.stdout.on('data', (text) => (output += text));
    const ended = new Promise((resolve) => stopped.on('close', resolve));
    while (!existsSync(file) || readFileSync(file, 'utf8').split('\n').length < 4) await nextTurn();
    stopped.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output).toMatch(/so far: interrupted after [\d,]+ of [\d,]+ plans/);
    expect(output).toContain('continue with --resume');
  });

  it.each([
    [['--exhaustive', '3'], 'It must be 1 or 2'],
    [['--exhaustive', '1', '--runs', '5'], 'cannot be used with'],
    [['--exhaustive', '1', '--time', '5s'], 'cannot be used with'],
    [['--exhaustive', '1', '--check-determinism'], 'cannot be used with'],
    [['--exhaustive', '1', '--shard', '5/4'], 'It must be like 2/4'],
    [['--resume'], '--resume has a meaning only with --exhaustive'],
    [['moon-phase', '--exhaustive', '1'], 'no base or scenario is called "moon-phase"'],
    [['--exhaustive', '1', '--property', 'fairness'], 'no property is called "fairness"'],
  ])('refuses %j in one line', (args, message) => {
    const { status, stderr } = ratchet('explore', ...args, ...subjectOf('guarded'));
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(64);
  });
});

describe('the documentation', { timeout: 240_000 }, () => {
  const page = readFileSync(join(root, 'docs/EXHAUSTIVE.md'), 'utf8');
  const commands = [...page.matchAll(/^ratchet (explore [^#\n]*)/gm)].map(([, command]) => command!.trim());

  it.each(commands)('has a command that can be run: ratchet %s', (command) => {
    // A small part, since only the options matter.
    const { status, stdout } = runRatchet([...command.split(' '), '--shard', '2/400', '--report', report]);
    expect(stdout).toMatch(/within \d deviations? of "/);
    expect([0, 1]).toContain(status);
  });

  it('names every base', () => {
    for (const base of baseNames(1)) expect(page).toContain(`| \`${base}\` |`);
  });
});

it('tries the small bases after the scenarios of a run', { timeout: 240_000 }, () => {
  const args = ['run', 'tiny', ...subjectOf('legacy'), '--backend', 'simulated', '--report', report];
  const { stdout, status } = ratchet(...args, '--exhaustive', '1', '--format', 'json');
  const { runs, explorations, valid } = JSON.parse(stdout);
  expect(runs).toMatchObject([{ scenario: 'tiny', valid: true }]);
  expect(explorations.length).toBeGreaterThan(2);
  expect(valid).toBe(false);
  expect(status).toBe(1);
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
