/** Keeps the keys of others out of core dumps. */
import { spawnSync } from 'node:child_process';

/** A dump of this size, in bytes, is written neither to a file nor, unlike with a limit of 0, to a program (core(5)). */
const LIMIT = 1;

/**
 * Forbids core dumps of this process and of those that it starts from now on. Only on Linux, where `prlimit` of util-linux
 * is installed: Node.js cannot do it itself. Does nothing elsewhere.
 */
export function forbidCoreDumps(): void {
  if (process.platform !== 'linux') return;
  spawnSync('prlimit', [`--core=${LIMIT}:${LIMIT}`, '--pid', String(process.pid)], { stdio: 'ignore' });
}
