import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

/** Runs a command with a shared memory too small for a cluster, as in a container of Docker's default size. */
const SMALL_MEMORY = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$@"', 'sh'];
/** A mount namespace needs Linux and root. */
const canShrinkMemory = spawnSync(SMALL_MEMORY[0]!, [...SMALL_MEMORY.slice(1), 'true']).status === 0;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync('/tmp/paths-');
  chmodSync(folder, 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(canShrinkMemory)('a cluster in the temp directory, whose path', () => {
  it.each([
    ['has a space', 'a b'],
    ['has quotes', `a'b"c`],
    ['has a backslash', 'a\\b'],
    ['has a comma', 'a,b'],
    ['has a percent sign', 'a%sb'],
    ['has letters of several bytes', 'ä é'],
    ['fits a socket by its characters, not by its bytes', 'é'.repeat(20)],
    ['is longer than that of a socket', 'x'.repeat(200)],
  ])('%s, runs a plan and leaves nothing', (_, name) => {
    const temp = join(folder, name);
    mkdirSync(temp);
    chmodSync(temp, 0o1777);
    const args = ['run', 'lagging-replica', '--subject', 'guarded', '--report', join(folder, 'reports')];
    const [command, ...rest] = [...SMALL_MEMORY, process.execPath, program, ...args];
    const { status, stdout, stderr } = spawnSync(command!, rest, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temp },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('✓ lagging-replica');
    expect(readdirSync(temp).filter((entry) => entry.startsWith('ratchet-'))).toEqual([]);
  });
});
