/** The diagnosis of the embedded backend for `ratchet doctor`. */
import { RatchetError } from '../../errors.ts';
import type { Diagnosis } from '../../port/backend.ts';
import { serverAccount } from './account.ts';
import { findBinaries, platformPackageName } from './binaries.ts';
import { runCommand } from './short-lived-program.ts';
import { cacheDirectory, clusterRoot, freeBytes } from './directories.ts';
import { describeRest } from './rest-choice.ts';

export function diagnose(): Promise<Diagnosis[]> {
  return Promise.all([
    check('PostgreSQL', describePostgres),
    check('user of the servers', async () => (await serverAccount()).name),
    check('directory of the databases', describeRoot),
    check('cache', async () => cacheDirectory(await serverAccount())),
    check('REST layer', describeRest),
  ]);
}

async function describePostgres(): Promise<string> {
  const account = await serverAccount();
  const binaries = await findBinaries(account);
  const version = await runCommand(binaries.postgres, ['--version'], { account, cwd: '/' });
  return `${version.trim()} from ${platformPackageName()} ${binaries.version}`;
}

async function describeRoot(): Promise<string> {
  const root = await clusterRoot(await serverAccount());
  return `${root}, ${Math.floor((await freeBytes(root)) / 1024 ** 2)} MiB free`;
}

async function check(what: string, find: () => Promise<string>): Promise<Diagnosis> {
  try {
    return { what, ok: true, detail: await find() };
  } catch (error) {
    const hint = error instanceof RatchetError && error.hint ? ` ${error.hint}` : '';
    return { what, ok: false, detail: `${(error as Error).message}${hint}` };
  }
}
