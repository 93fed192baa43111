import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runRatchet } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-merge-loads-'));
afterAll(() => rmSync(folder, { recursive: true }));

function logOf(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** The clock of the second machine is an hour ahead. */
const one = ['     execution: local', 'p 1 1 0 1000 1010 9.5 200 1 10 ', 'p 1 2 0 2000 2010 9.5 200 1 85 '];
const other = ['p 2 1 0 3601000 3601010 9.5 200 1 85 ', 'p 2 2 0 3602000 3602010 9.5 503 busy'];

it('joins what tabs on several machines have written, and judges each tab', () => {
  const report = join(folder, 'merged');
  const files = [logOf('one.log', one), logOf('other.log', other)];
  const held = runRatchet(['merge', ...files, '--report', report]);
  expect([held.status, held.stderr]).toEqual([0, '']);
  const back = [...one, 'p 1 3 0 3000 3010 9.5 200 1 10 '];
  const violated = runRatchet(['merge', logOf('one.log', back), files[1]!, '--report', report]);
  expect(violated.status).toBe(1);
  expect(violated.stdout).toMatch(/load-1 saw story-1 go from 85% back to 10%/);
  expect(readFileSync(join(report, 'history.ndjson'), 'utf8').split('\n').length).toBeGreaterThan(10);
});

it.each([
  ['a file without a poll', () => logOf('none.log', ['     execution: local']), /none\.log: no poll of a tab/],
  ['a file that does not exist', () => join(folder, 'missing.log'), /missing\.log: no such file/],
])('refuses %s in one line', (_, file, message) => {
  const { status, stderr } = runRatchet(['merge', file(), '--report', join(folder, 'merged')]);
  expect([status, stderr.trimEnd().split('\n').length]).toEqual([64, 1]);
  expect(stderr).toMatch(message);
});
