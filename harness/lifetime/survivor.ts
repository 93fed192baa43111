/** A process that outlives ours, to put in order what we left if we are killed. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';

/** It is told by its standard input, whose end means that we are gone. It keeps nobody from ending. */
export function spawnSurvivor(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcessByStdio<Writable, null, null> {
  const child = spawn(command, args, {
    cwd: '/',
    env,
    // A session of its own, so that Ctrl-C, a closed terminal or a killed process group spares it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  return child;
}
