/** Where an environment that is up tells others of itself: a folder with its owner's name, and a socket to steer it by. */
import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDead, readOwner, writeOwner } from '../lifetime/owner.ts';
import { startWatchdog } from '../lifetime/watchdog.ts';
import { EnvironmentError, UsageError } from '../errors.ts';

export interface StateFolder {
  name: string;
  /** Path of a UNIX socket, in a folder that only its user may enter. */
  socket: string;
  remove(): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;
const DEFAULT_NAME = 'up';
const SOCKET = 'control.sock';
/** A kernel takes no longer path of a socket. */
const SOCKET_PATH_BYTES_MAX = 100;

/**
 * Makes the folder of a new environment. A watchdog removes it should this process be killed.
 * @param name what others will call it; without one `up`, `up-2`, …
 * @throws UsageError when the name is taken or is none
 */
export async function claimStateFolder(name: string | undefined): Promise<StateFolder> {
  if (name !== undefined && !NAME.test(name)) {
    throw new UsageError('up-name', `"${name}" is no name`, 'lower-case letters, digits and dashes, at most 31');
  }
  for (let number = 1; ; number += 1) {
    const candidate = name ?? (number === 1 ? DEFAULT_NAME : `${DEFAULT_NAME}-${number}`);
    const folder = await claim(candidate);
    if (folder !== undefined) return folder;
    if (name !== undefined) {
      throw new UsageError('up-name-taken', `an environment called ${name} is up already`, 'choose another name');
    }
  }
}

/**
 * The environment that is up.
 * @throws UsageError when there is none, or several and none is named
 */
export function findUp(name: string | undefined): Pick<StateFolder, 'name' | 'socket'> {
  const running = runningNames();
  if (running.length === 0) {
    throw new UsageError('up-missing', 'nothing is up that could be steered', 'start it with `ratchet up`');
  }
  const found = name ?? (running.length === 1 ? running[0] : undefined);
  if (found === undefined) {
    throw new UsageError('up-ambiguous', `several are up: ${running.join(', ')}`, 'choose one with --up NAME');
  }
  if (!running.includes(found)) {
    throw new UsageError('up-missing', `nothing called ${found} is up`, `there is: ${running.join(', ')}`);
  }
  return { name: found, socket: join(pathOf(found), SOCKET) };
}

/** Undefined when somebody who lives has the name. */
async function claim(name: string): Promise<StateFolder | undefined> {
  const path = pathOf(name);
  const owner = readOwner(path);
  if (owner !== undefined && isDead(owner)) await rm(path, { recursive: true, force: true });
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw new EnvironmentError(
      'up-folder',
      `cannot make the folder ${path}: ${(error as Error).message}`,
      'point TMPDIR to a folder that may be written to',
      error,
    );
  }
  const watchdog = startWatchdog(path);
  await writeOwner(path);
  return {
    name,
    socket: join(path, SOCKET),
    async remove() {
      await rm(path, { recursive: true, force: true });
      watchdog.dismiss();
    },
  };
}

function runningNames(): string[] {
  const prefix = prefixOfNames();
  return readdirSync(root())
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length))
    .filter(isRunning)
    .sort();
}

/** Only this user's own: anybody may make folders beside them. */
function isRunning(name: string): boolean {
  const path = pathOf(name);
  try {
    if (lstatSync(path).uid !== process.getuid?.()) return false;
  } catch {
    return false;
  }
  const owner = readOwner(path);
  return owner !== undefined && !isDead(owner);
}

function pathOf(name: string): string {
  return join(root(), `${prefixOfNames()}${name}`);
}

/** The sweep of a backend removes what begins so and whose owner is dead. */
function prefixOfNames(): string {
  return `ratchet-up-${process.getuid?.() ?? 0}-`;
}

function root(): string {
  const longest = join(tmpdir(), `${prefixOfNames()}${'x'.repeat(31)}`, SOCKET);
  return Buffer.byteLength(longest) <= SOCKET_PATH_BYTES_MAX ? tmpdir() : '/tmp';
}
