/** Failures of the operating system that anything may meet, each with its remedy. */
import { EnvironmentError } from './errors.ts';

/** Error code → what happened, and what to do. */
const LIMITS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EMFILE: ['no more files may be opened', 'raise the limit: ulimit -n 1024'],
  ENFILE: ['no more files may be opened on this machine', 'close other programs, or raise fs.file-max'],
  EAGAIN: ['this user may start no more processes', 'raise the limit (ulimit -u), or end other processes'],
  ENOMEM: [
    'this machine has no memory left for another process',
    'end other programs, raise the limits (ulimit -u, ulimit -v), or use a machine with more memory',
  ],
  ENOSPC: ['no space is left on the device', 'free some space, or choose another folder with --report or TMPDIR'],
  EROFS: ['the file system is read-only', 'choose another folder with --report or TMPDIR'],
  EADDRNOTAVAIL: ['no port of the loopback interface is free', 'end other programs, or bring the interface `lo` up'],
};

/** What programs print when they meet a limit, and its code. */
const TEXTS: readonly (readonly [RegExp, code: string])[] = [
  [/insufficient file descriptors|too many open files|\bEMFILE\b/i, 'EMFILE'],
  [
    /cannot fork|could not fork.*(?:temporarily unavailable|\bEAGAIN\b)|resource temporarily unavailable|\bEAGAIN\b/i,
    'EAGAIN',
  ],
  [/failed to create new OS thread|pthread_create/, 'EAGAIN'],
  [/cannot allocate memory|\bENOMEM\b/i, 'ENOMEM'],
];

/**
 * The failure of the system that the output of another program tells of; `undefined` if it tells of none.
 * @param what names the program and what has happened to it
 */
export function printedFailure(what: string, output: string): EnvironmentError | undefined {
  for (const line of output.split('\n')) {
    const code = TEXTS.find(([text]) => text.test(line))?.[1];
    if (code !== undefined) return limitOf(code, `${what}: ${line.trim()}`);
  }
  return undefined;
}

/** The error for a free port that the system could not give. */
export function noFreePort(host: string, cause: Error): EnvironmentError {
  const hint = 'end other programs, or widen the range: net.ipv4.ip_local_port_range';
  return new EnvironmentError('system-limit', `no port of ${host} is free: ${cause.message}`, hint, cause);
}

/** The failure of the system in an error or its causes; `undefined` if it is another one. */
export function systemFailure(error: unknown): EnvironmentError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code = '', syscall = '' } = cause as NodeJS.ErrnoException;
    if (syscall === 'uv_cwd') {
      const message = 'the current directory has been removed';
      return new EnvironmentError('cwd-missing', message, 'change to another one: cd', error);
    }
    const limit = limitOf(code, cause.message, error);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

function limitOf(code: string, detail: string, cause?: unknown): EnvironmentError | undefined {
  const limit = Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
  if (limit === undefined) return undefined;
  const [what, hint] = limit;
  return new EnvironmentError('system-limit', `${what}: ${detail}`, hint, cause);
}
