/** What is refused before a database or k6 is started: one line each, exit code 64, or 2 where the machine lacks k6. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Terminal } from '../up/up.test-support.ts';
import { program, root } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-no-load-'));
const terminal = new Terminal();
afterAll(() => {
  rmSync(folder, { recursive: true });
  terminal.close();
});
/** Stands for k6 where it is not run. */
const k6 = join(folder, 'k6');
writeFileSync(k6, '#!/bin/sh\nexit 1\n');
chmodSync(k6, 0o755);

it.each([
  ['simulation', ['load', 'lagging-replica', '--backend', 'simulated'], 64, /k6 cannot poll a server on simulated/],
  ['a fault that tabs cannot follow', ['load', 'clock-skew'], 64, /a load has no fault clock-skew/],
  ['a load that is too short', ['load', 'lagging-replica', '--duration', '1s'], 64, /last longer than the load/],
  ['a load that is too long', ['load', 'lagging-replica', '--duration', '60min'], 64, /at most 55 minutes/],
  ['a threshold without an expression', ['load', 'lagging-replica', '--threshold', 'x'], 64, /METRIC=EXPRESSION/],
  [
    'a threshold of k6 on staleness',
    ['load', 'lagging-replica', '--threshold', 'ratchet_staleness_ms=p(99)<500'],
    64,
    /k6 does not know the commits of the database: bound staleness by --max-staleness/,
  ],
  ['an unknown profile', ['load', 'lagging-replica', '--profile', 'wave'], 64, /steady, ramp, rate, soak/],
  [
    'options of a load for another limit',
    ['limits', 'lagging-replica', '--vary', 'lag_ms', '--every', '1s'],
    64,
    /--vary tabs/,
  ],
])('%s', (_, args, exitCode, message) => {
  const { status, stderr } = terminal.ratchet([...args, '--report', folder], { RATCHET_K6: k6 });
  expect([status, stderr.trimEnd().split('\n').length], stderr).toEqual([exitCode, 1]);
  expect(stderr).toMatch(message);
});

it('a machine without k6 is told how to get it', () => {
  const subject = join(root, 'fixtures/subjects/legacy/subject.ts');
  // In another folder: `npm run k6:install` may have put one into this one.
  const { status, stderr } = spawnSync(process.execPath, [program, 'load', 'lagging-replica', '--subject', subject], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: join(folder, 'nothing'), RATCHET_K6: '' },
  });
  expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
  expect(stderr).toMatch(/k6.* was not found .*RATCHET_K6/);
});
