/** The tables of the README are what `ratchet matrix` prints. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

it('the README has the matrix of today', () => {
  const report = mkdtempSync(join(tmpdir(), 'ratchet-matrix-'));
  const subjects = ['legacy', 'workspace-fix', 'guarded', 'live'].flatMap((name) => ['--subject', name]);
  const args = ['bin/ratchet.js', 'matrix', ...subjects, '--format', 'markdown', '--report', report];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  rmSync(report, { recursive: true, force: true });
  expect(status, stderr).toBe(0);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(stdout);
});
