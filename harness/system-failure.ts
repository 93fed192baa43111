/** Failures of the operating system that anything may meet, each with its remedy. */
import { EnvironmentError } from './errors.ts';

/** Error code → what happened, and what to do. */
const LIMITS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EMFILE: ['this process may open no more files', 'raise the limit: ulimit -n 1024'],
  ENFILE: ['this machine may open no more files', 'close other programs, or raise fs.file-max'],
  EAGAIN: ['this user may start no more processes', 'raise the limit (ulimit -u), or end other processes'],
  ENOMEM: ['this machine has no memory left', 'end other programs, or use a machine with more memory'],
  ENOSPC: ['no space is left on the device', 'free some space, or choose another folder with --report or TMPDIR'],
  EROFS: ['the file system is read-only', 'choose another folder with --report or TMPDIR'],
  EADDRNOTAVAIL: ['no port of the loopback interface is free', 'end other programs, or bring the interface `lo` up'],
};

/** The failure of the system in an error or its causes; `undefined` if it is another one. */
export function systemFailure(error: unknown): EnvironmentError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code = '', syscall = '' } = cause as NodeJS.ErrnoException;
    if (syscall === 'uv_cwd') {
      const message = 'the current directory has been removed';
      return new EnvironmentError('cwd-missing', message, 'change to another one: cd', error);
    }
    const limit = Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
    if (limit !== undefined) {
      const [what, hint] = limit;
      return new EnvironmentError('system-limit', `${what}: ${cause.message}`, hint, error);
    }
  }
  return undefined;
}
