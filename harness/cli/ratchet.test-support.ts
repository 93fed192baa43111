/** Runs the command `ratchet` to its end as a separate process, for tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'bin/ratchet.js');

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs it in the root of the repository, unless the options name another folder. */
export function runRatchet(args: readonly string[], options: { input?: string | Buffer; cwd?: string } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
    ...options,
  });
  return { status, stdout, stderr };
}
