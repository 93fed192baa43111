import { describe, expect, it } from 'vitest';
import { printedFailure, systemFailure } from './system-failure.ts';

const codeOf = (code: string, message = `spawn x ${code}`): Error => Object.assign(new Error(message), { code });

describe('a failure of the system', () => {
  it.each([
    ['EMFILE', /^no more files may be opened: spawn x EMFILE$/, 'ulimit -n'],
    ['EAGAIN', /^this user may start no more processes: /, 'ulimit -u'],
    ['ENOSPC', /^no space is left on the device: /, '--report'],
    ['EADDRNOTAVAIL', /^no port of the loopback interface is free: /, 'lo'],
  ])('is found by the code of an error or its cause: %s', (code, message, hint) => {
    const failure = systemFailure(new Error('it failed', { cause: codeOf(code) }));
    expect(failure?.message).toMatch(message);
    expect(failure).toMatchObject({ exitCode: 2, hint: expect.stringContaining(hint) as string });
  });

  it.each([
    ['FATAL:  insufficient file descriptors available to start server process', 'no more files may be opened'],
    ['LOG:  could not open file "base/1": Too many open files', 'no more files may be opened'],
    [
      'LOG:  could not fork new process for connection: Resource temporarily unavailable',
      'this user may start no more',
    ],
    ['sh: 1: Cannot fork', 'this user may start no more processes'],
    ['runtime: failed to create new OS thread (have 7 already; errno=11)', 'this user may start no more processes'],
    ['The service is no longer running: spawn esbuild EAGAIN', 'this user may start no more processes'],
    [
      'initdb: error: could not execute command "postgres": Cannot allocate memory',
      'no memory left for another process',
    ],
  ])('is found in the output of a program: %s', (line, what) => {
    const failure = printedFailure('PostgreSQL primary died', `LOG:  starting\n${line}\nLOG:  shut down\n`);
    expect(failure?.message).toContain(what);
    expect(failure?.message).toContain(`: PostgreSQL primary died: ${line}`);
    expect(failure).toMatchObject({ code: 'system-limit', exitCode: 2 });
  });

  it('is not found where there is none', () => {
    expect(systemFailure(codeOf('ENOENT'))).toBeUndefined();
    expect(systemFailure(codeOf('constructor'))).toBeUndefined();
    expect(printedFailure('PostgreSQL died', 'FATAL:  could not open file "fork": No such file')).toBeUndefined();
  });
});
