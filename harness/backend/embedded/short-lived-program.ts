/** Runs a short-lived program, and turns a failure into an error of one line. */
import type { ChildProcess, ChildProcessWithoutNullStreams, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { EnvironmentError } from '../../errors.ts';
import { noSpace } from '../postgres/full-disk.ts';
import { printedFailure, systemFailure } from '../../system-failure.ts';
import { lastLines } from '../postgres/last-lines.ts';
import type { Account } from './account.ts';
import { cannotSwitch } from './account.ts';

/** The complete environment of PostgreSQL's programs: PG* variables of the user would change what a standby does. */
export const SERVER_ENVIRONMENT: Record<string, string> = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

export interface CommandOptions {
  account: Account;
  cwd: string;
  input?: string;
  signal?: AbortSignal;
}

/** Resolves with the standard output. Rejects with an EnvironmentError that quotes the standard error. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawnAs(options.account, file, args, { cwd: options.cwd }) as ChildProcessWithoutNullStreams;
    const kill = (): void => void child.kill('SIGKILL');
    options.signal?.addEventListener('abort', kill, { once: true });
    let output = '';
    let errorOutput = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errorOutput += text));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => reject(spawnFailure(file, options.account, error)));
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', kill);
      if (options.signal?.aborted) reject(options.signal.reason);
      else if (code === 0) resolve(output);
      else reject(commandFailure(file, errorOutput || output || `ended by ${signal ?? `code ${code}`}`));
    });
  });
}

/** Starts a process in a session of its own, so that Ctrl-C on the terminal reaches only this process. */
export function spawnAs(account: Account, file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(file, args, { env: SERVER_ENVIRONMENT, detached: true, ...account.switchTo, ...options });
  } catch (error) {
    // Some failures are thrown, others are emitted as an event.
    throw spawnFailure(file, account, error as Error);
  }
}

/** The error for a program that could not be started. */
export function spawnFailure(file: string, account: Account, error: Error): EnvironmentError {
  const code = (error as NodeJS.ErrnoException).code;
  const failure = systemFailure(error);
  if (failure !== undefined) return failure;
  if (account.switchTo && (code === 'EPERM' || code === 'EINVAL')) return cannotSwitch(account, error);
  const hint =
    code === 'ENOENT'
      ? 'If the file exists, its loader is missing: the binaries need glibc (Debian, Ubuntu, Fedora …), not musl (Alpine).'
      : `Check that the user ${account.name} may execute it and that its file system is not mounted noexec.`;
  return new EnvironmentError('embedded-not-executable', `Cannot execute ${file}: ${error.message}.`, hint, error);
}

function commandFailure(file: string, errorOutput: string): EnvironmentError {
  if (/No space left on device|ENOSPC/.test(errorOutput)) return noSpace(errorOutput);
  if (/could not look up effective user ID/.test(errorOutput)) {
    return new EnvironmentError(
      'embedded-no-account',
      `PostgreSQL requires a user with a name, and user ${process.getuid?.()} has none.`,
      'Add the user to /etc/passwd, or run as another one.',
    );
  }
  const what = `${file.split('/').at(-1)} failed`;
  const failure = printedFailure(what, errorOutput);
  if (failure !== undefined) return failure;
  return new EnvironmentError(
    'embedded-command-failed',
    `${what}: ${lastLines(errorOutput, 3)}`,
    'Run `ratchet doctor` to see what the embedded backend needs.',
  );
}
