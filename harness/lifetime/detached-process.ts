/** Starts a process that outlives this one, so that it can clean up if this one is killed. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * The child receives its instructions on standard input; end of input means that this process has ended. The child does
 * not keep this process alive.
 */
export function spawnDetached(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcessByStdio<Writable, null, null> {
  const child = spawn(command, args, {
    cwd: '/',
    env,
    // A session of its own, so that it survives Ctrl-C, a closed terminal and a killed process group.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  return child;
}
