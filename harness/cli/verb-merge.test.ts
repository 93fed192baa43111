/** Shards of `run`, `explore` and `matrix`, merged. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { program, root, runRatchet } from './ratchet.test-support.ts';

// Every case starts several processes, which is slow on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ratchet-merge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A project of a user with subjects, besides an application with other names than that of this repository.
writeFileSync(join(folder, 'ratchet.config.ts'), `export const config = { subjects: ['./subjects'] };\n`);
for (const name of ['legacy', 'guarded', 'next-app']) {
  mkdirSync(join(folder, 'subjects', name), { recursive: true });
  const file = join(root, 'fixtures/subjects', name, 'subject.ts');
  writeFileSync(join(folder, 'subjects', name, 'subject.ts'), `export { subject } from ${JSON.stringify(file)};\n`);
}
const renderApp = join(root, 'fixtures/render-app/render-subjects.test-support.ts');
writeFileSync(join(folder, 'subject.ts'), `export { inSimulation as subject } from ${JSON.stringify(renderApp)};\n`);

const app = ['--subject', './subject.ts', '--backend', 'simulated'] as const;
const held = ['run', 'recovery-conflict', 'growing-denominator', 'error-as-zero', 'read-modify-write', ...app];
const ratchet = (...args: string[]) => runRatchet(args, { cwd: folder });
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const journal = (report: string, name: string): string => join(folder, report, 'journals', `${name}.ndjson`);

/** Without folders, times and durations. */
function timeless(text: string): string {
  return text
    .replaceAll(/\b(?:all|merged)-\w+\//g, 'REPORTS/')
    .replaceAll(/\/\d{8}T[\d.]+Z-(\d+)/g, '/TIME-$1')
    .replaceAll(/\b[\d.,]+ m?s\b|\b[\d.]+ plans\/s/g, 'N')
    .replaceAll(/("?(?:time|durationMs|elapsedMs|runsPerSecond)"?[=:] ?)"?[\d.]+"?/g, '$1N');
}

/** Runs a command once, and in three shards that are merged; with every reporter that is given. */
function compare(name: string, args: readonly string[], reporters = ['junit', 'json']) {
  const files = (kind: string) => reporters.flatMap((each) => ['--reporter', `${each}=${kind}-${name}.${each}`]);
  const one = ratchet(...args, '--report', `all-${name}`, ...files('one'), '--reporter', 'text');
  const shards = [1, 2, 3].map((number) => {
    const report = `shard-${name}-${number}`;
    return { report, ...ratchet(...args, '--report', report, '--shard', `${number}/3`) };
  });
  const folders = shards.map(({ report }) => report);
  const to = ['--report', `merged-${name}`, ...files('three'), '--reporter', 'text'];
  const merged = ratchet('merge', ...folders, ...to);
  return {
    one,
    shards,
    merged,
    folders,
    reports: reporters.map((each) => [`one-${name}.${each}`, `three-${name}.${each}`]),
  };
}

describe('three shards, merged, are the same as one command', () => {
  it('run: the exit code, what is printed, JUnit, JSON, SARIF and the baseline', () => {
    const args = ['run', 'lagging-replica', 'overtaken-poll', 'recovery-conflict', 'restart', ...app, '--runs', '2'];
    const named = args.filter((each) => each !== 'restart');
    expect(ratchet('run', 'lagging-replica', ...app, '--update-baseline', '--report', 'known').status).toBe(0);
    const known = JSON.parse(read('ratchet.baseline.json'));
    known.known.push({ ...known.known[0], scenario: 'recovery-conflict' });
    writeFileSync(join(folder, 'ratchet.baseline.json'), JSON.stringify(known));
    const { one, shards, merged, reports } = compare('run', named, ['junit', 'json', 'sarif', 'markdown']);
    expect(one.stdout).toContain('2 passed, 4 violated (2 known)');
    expect(one.stdout).toContain('2 known, 2 new, 1 vanished');
    expect([merged.status, merged.stderr]).toEqual([one.status, '']);
    expect(timeless(merged.stdout)).toBe(timeless(one.stdout));
    for (const [whole, joined] of reports) expect(timeless(read(joined!))).toBe(timeless(read(whole!)));
    expect(shards.map(({ stdout }) => stdout.split('\n')[0])).toEqual([
      'shard 1 of 3: 2 of 6 runs',
      'shard 2 of 3: 2 of 6 runs',
      'shard 3 of 3: 2 of 6 runs',
    ]);
    expect(existsSync(join(folder, 'merged-run/lagging-replica'))).toBe(true);
    rmSync(join(folder, 'ratchet.baseline.json'));
  });

  it('explore: nothing found, with the coverage of all plans', () => {
    const args = [
      'explore',
      'restart',
      '--subject',
      join(root, 'fixtures/subjects/guarded/subject.ts'),
      '--runs',
      '280',
    ];
    const { one, merged, reports } = compare('held', [...args, '--workers', '1']);
    expect(one.stdout).toContain('280 plans');
    expect([merged.status, merged.stderr]).toEqual([0, '']);
    expect(timeless(merged.stdout)).toBe(timeless(one.stdout));
    for (const [whole, joined] of reports) expect(timeless(read(joined!))).toBe(timeless(read(whole!)));
  });

  it('explore: the same find, and the plans up to it', () => {
    const args = ['explore', 'lagging-replica', '--subject', join(root, 'fixtures/subjects/legacy/subject.ts')];
    const { one, merged } = compare('found', [...args, '--runs', '280', '--workers', '1', '--seed', '3']);
    expect([one.status, merged.status]).toEqual([1, 1]);
    const plans = (text: string) => /found {3}(\d+) plans/.exec(text)?.[1];
    const found = (text: string) => timeless(text.slice(text.indexOf('monotonic-view (')));
    expect(plans(one.stdout)).toBeDefined();
    expect([plans(merged.stdout), found(merged.stdout)]).toEqual([plans(one.stdout), found(one.stdout)]);
  });

  it('matrix: every cell and the costs, and the subject that cannot run', () => {
    const args = ['matrix', 'lagging-replica', 'restart', '--runs', '2'];
    const one = ratchet(...args, '--report', 'all-matrix', '--format', 'json');
    const reports = [1, 2, 3].map((number) => `shard-matrix-${number}`);
    for (const [at, report] of reports.entries()) ratchet(...args, '--report', report, '--shard', `${at + 1}/3`);
    const merged = ratchet('merge', ...reports, '--report', 'merged-matrix', '--format', 'json');
    expect([merged.status, merged.stderr]).toEqual([one.status, '']);
    expect(timeless(merged.stdout)).toBe(timeless(one.stdout));
    expect(JSON.parse(one.stdout)).toMatchObject({
      valid: true,
      subjects: ['guarded', 'legacy'],
      leftOut: [{ subject: 'next-app', reason: expect.stringContaining('is a server') }],
    });
    const { status, stderr } = ratchet('merge', ...reports, '--report', 'merged-matrix', '--format', 'junit');
    expect([status, stderr]).toEqual([64, expect.stringContaining('a matrix is written as text, json or markdown')]);
  });
});

describe('a shard that is missing', () => {
  const shards = [1, 2, 3].map((number) => `part-${number}`);

  it('is unknown, and named, though all others hold', () => {
    for (const [at, report] of shards.entries()) {
      expect(ratchet(...held, '--report', report, '--shard', `${at + 1}/3`).status).toBe(0);
    }
    expect(ratchet('merge', ...shards, '--report', 'merged-parts').status).toBe(0);
    const [first, , third] = shards;
    const junit = ['--reporter', 'text', '--reporter', 'junit=parts.xml'];
    const { status, stdout, stderr } = ratchet('merge', first!, third!, '--report', 'merged-parts', ...junit);
    expect(stderr).toMatch(/^ratchet: shard 2 of 3 is missing — .*\n$/);
    expect(stdout).toMatch(/3 passed, 1 not run/);
    expect(read('parts.xml')).toContain('<error message="shard 2 of 3 is missing"/>');
    expect(status).toBe(2);
    const updated = ratchet('merge', first!, third!, '--report', 'merged-parts', '--update-baseline');
    expect([updated.status, existsSync(join(folder, 'ratchet.baseline.json'))]).toEqual([2, false]);
    expect(updated.stdout).not.toContain('; updated');
  });

  it('that was killed is merged as far as it came, and unknown', async () => {
    const report = join(folder, 'killed');
    const args = [...held, '--runs', '40', '--report', report, '--shard', '1/2'];
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: 'ignore' });
    const exit = once(child, 'exit');
    const file = journal('killed', 'run-1-of-2');
    const isJudged = (): boolean => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 4;
    await until(isJudged);
    child.kill('SIGKILL');
    await exit;
    expect(readFileSync(file, 'utf8')).not.toContain('{"end":');
    ratchet(...held, '--runs', '40', '--report', 'alive', '--shard', '2/2');
    appendFileSync(file, '{"run":{"scen');
    const { status, stdout, stderr } = ratchet('merge', 'killed', 'alive', '--report', 'merged-killed');
    expect(stderr).toMatch(/^ratchet: shard 1 of 2 did not run to the end — /);
    expect(stdout).toMatch(/\d+ passed, \d+ not run/);
    expect(status).toBe(2);
  });
});

/** Waits until a condition holds, which a change in the folder may bring about. */
async function until(isDue: () => boolean): Promise<void> {
  const changes = watch(folder, { recursive: true });
  const deadline = AbortSignal.timeout(120_000);
  try {
    while (!isDue()) await once(changes, 'change', { signal: deadline });
  } finally {
    changes.close();
  }
}

describe('shards that do not belong together are refused in one line', () => {
  const merge = (...paths: string[]) => ratchet('merge', ...paths, '--report', 'merged-refused');
  const shard = (report: string, ...more: string[]) =>
    ratchet('run', 'recovery-conflict', 'error-as-zero', ...app, '--report', report, ...more);

  it.each([
    ['another seed', ['--seed', '2'], 'was made with seed 2, and'],
    ['other runs', ['--runs', '2'], 'was made with runs 2, and'],
    ['another property', ['--property', 'integrity'], 'was made with properties ["integrity"], and'],
    ['another number of shards', ['--shard', '2/3'], 'was made with a number of shards of 3, and'],
    ['durations', ['--durations', 'durations.json'], 'was made with durations '],
  ])('%s', (_, more, message) => {
    writeFileSync(join(folder, 'durations.json'), '{"durations":1,"ms":{}}');
    if (!existsSync(join(folder, 'refused-1'))) shard('refused-1', '--shard', '1/2');
    rmSync(join(folder, 'refused-2'), { recursive: true, force: true });
    shard('refused-2', '--shard', '2/2', ...more);
    const { status, stdout, stderr } = merge('refused-1', 'refused-2');
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([64, '']);
  });

  it('another version, another command, and a shard that is given twice', () => {
    shard('refused-2', '--shard', '2/2');
    const file = journal('refused-2', 'run-2-of-2');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"version":"[^"]*"/, '"version":"9.9.9"'));
    expect(merge('refused-1', 'refused-2').stderr).toContain('was made with version 9.9.9, and');
    writeFileSync(file, text.replace('"verb":"run"', '"verb":"matrix"'));
    expect(merge('refused-1', 'refused-2').stderr).toContain('was made with the command matrix, and');
    expect(merge('refused-1', 'refused-1').stderr).toContain('shard 1 of 2 is given twice: ');
  });

  it('a journal that is broken, and a folder without one or without its runs', () => {
    const file = journal('refused-2', 'run-2-of-2');
    writeFileSync(file, 'nothing\n');
    const broken = merge('refused-1', 'refused-2');
    expect([broken.status, broken.stderr]).toEqual([
      64,
      expect.stringContaining('run-2-of-2.ndjson:1: it is not a line'),
    ]);
    expect(merge('nowhere').stderr).toContain('nowhere: no such folder');
    mkdirSync(join(folder, 'empty'));
    expect(merge('empty').stderr).toContain('empty: there is no journals/*.ndjson in it');
    for (const name of ['recovery-conflict', 'error-as-zero'])
      rmSync(join(folder, 'refused-1', name), { recursive: true, force: true });
    expect(merge('refused-1').stderr).toContain('plan.json is missing');
  });

  it('an exhaustive search, whose shards state for themselves what they tried', () => {
    const args = ['explore', 'one-tab', '--exhaustive', '1', '--subject', './subject.ts', '--workers', '1'];
    const { stderr } = ratchet(...args, '--shard', '1/400', '--report', 'exhaustive-1');
    expect(stderr).toBe('');
    const { status, stderr: refused } = merge('exhaustive-1');
    expect([status, refused]).toEqual([64, expect.stringContaining('is of an exhaustive search')]);
  });

  it('a shard that does not exist', () => {
    expect(shard('refused-3', '--shard', '3/2').stderr).toContain('It must be like 2/4, the second of four parts.');
    const { status, stderr } = shard('refused-3', '--shard', '1/2', '--update-baseline');
    expect([status, stderr]).toEqual([64, expect.stringContaining('a shard cannot update the baseline')]);
  });
});
