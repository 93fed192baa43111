/** The user that runs the servers. PostgreSQL refuses to run as root, so root uses another user for it. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentError } from '../../errors.ts';
import { systemFailure } from '../../system-failure.ts';

export interface Account {
  name: string;
  uid: number;
  gid: number;
  /** Options for `spawn` to switch to that user; undefined if this process already runs as that user. */
  switchTo: { uid: number; gid: number } | undefined;
}

const CANDIDATES = ['postgres', 'nobody'];

export async function serverAccount(): Promise<Account> {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) throw unsupported();
  if (uid !== 0) return { name: ownName(uid), uid, gid, switchTo: undefined };
  for (const name of CANDIDATES) {
    const ids = await idsOf(name);
    if (ids) return { name, ...ids, switchTo: ids };
  }
  throw new EnvironmentError(
    'embedded-no-account',
    `PostgreSQL refuses to run as root and none of the users ${CANDIDATES.join(', ')} exists.`,
    'Run as a normal user, or add one: useradd --system postgres',
  );
}

/** Whether `account` may enter every directory of `path`. */
export function reachableBy(account: Account, path: string): boolean {
  if (!account.switchTo) return true;
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** The error of a spawn or chown that was not permitted to switch to `account`. */
export function cannotSwitch(account: Account, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'embedded-cannot-switch-user',
    `Not permitted to run PostgreSQL as the user ${account.name} (uid ${account.uid}).`,
    'PostgreSQL refuses to run as root: run as a normal user, or allow CAP_SETUID, CAP_SETGID and CAP_CHOWN.',
    cause,
  );
}

function unsupported(): EnvironmentError {
  return new EnvironmentError(
    'embedded-platform',
    `The embedded backend does not run on ${process.platform}.`,
    'Use Linux, macOS or WSL, or --backend containers.',
  );
}

function ownName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const id = async (flag: string): Promise<number> => Number((await promisify(execFile)('id', [flag, name])).stdout);
    const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
    return { uid, gid };
  } catch (error) {
    const failure = systemFailure(error);
    if (failure !== undefined) throw failure;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noId(error);
    // `id` has answered that there is no such user.
    return undefined;
  }
}

function noId(cause: unknown): EnvironmentError {
  const message = 'The program `id` was not found, which tells the users of this machine.';
  return new EnvironmentError(
    'embedded-no-id',
    message,
    'PATH must contain the standard folders: /usr/bin:/bin',
    cause,
  );
}
