/** The folder by which other commands find a running environment: it contains the owner's process and a control socket. */
import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDead, readOwner, writeOwner } from '../lifetime/owner.ts';
import { startWatchdog } from '../lifetime/watchdog.ts';
import { EnvironmentError, UsageError } from '../errors.ts';

export interface StateFolder {
  name: string;
  /** Path of a UNIX socket for commands, in a folder that only its user can access. */
  socket: string;
  /** The same for runs. */
  runSocket: string;
  remove(): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;
const DEFAULT_NAME = 'up';
const SOCKET = 'control.sock';
const RUN_SOCKET = 'run.sock';
/** Kernels limit the length of a socket's path. */
const SOCKET_PATH_BYTES_MAX = 100;

/**
 * Creates the folder of a new environment. A watchdog removes it if this process is killed.
 * @param name the name of the environment; `undefined`: the first free one of `up`, `up-2`, …
 * @throws UsageError if the name is taken or invalid
 */
export async function claimStateFolder(name: string | undefined): Promise<StateFolder> {
  if (name !== undefined && !NAME.test(name)) {
    throw new UsageError(
      'up-name',
      `"${name}" is not a valid name`,
      'use at most 31 lower-case letters, digits and dashes',
    );
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
 * Finds a running environment.
 * @throws UsageError if none is up, or if several are up and no name is given
 */
export function findUp(name: string | undefined): Omit<StateFolder, 'remove'> {
  const running = runningNames();
  if (running.length === 0) {
    throw new UsageError('up-missing', 'no environment is up', 'start it with `ratchet up`');
  }
  const found = name ?? (running.length === 1 ? running[0] : undefined);
  if (found === undefined) {
    throw new UsageError(
      'up-ambiguous',
      `several environments are up: ${running.join(', ')}`,
      'choose one with --up NAME',
    );
  }
  if (!running.includes(found)) {
    throw new UsageError('up-missing', `no environment called ${found} is up`, `available: ${running.join(', ')}`);
  }
  return { name: found, ...socketsIn(pathOf(found)) };
}

/** `undefined` if a running environment has the name. */
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
      `cannot create the folder ${path}: ${(error as Error).message}`,
      'set TMPDIR to a writable folder',
      error,
    );
  }
  const watchdog = startWatchdog(path);
  await writeOwner(path);
  return {
    name,
    ...socketsIn(path),
    async remove() {
      await rm(path, { recursive: true, force: true });
      watchdog.dismiss();
    },
  };
}

function socketsIn(path: string): Pick<StateFolder, 'socket' | 'runSocket'> {
  return { socket: join(path, SOCKET), runSocket: join(path, RUN_SOCKET) };
}

function runningNames(): string[] {
  const prefix = prefixOfNames();
  return readdirSync(root())
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length))
    .filter(isRunning)
    .sort();
}

/** Considers only folders of this user: others may create folders with the same prefix. */
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

/** The sweep of a backend removes folders with this prefix whose owner is dead. */
function prefixOfNames(): string {
  return `ratchet-up-${process.getuid?.() ?? 0}-`;
}

function root(): string {
  const longest = join(tmpdir(), `${prefixOfNames()}${'x'.repeat(31)}`, SOCKET);
  return Buffer.byteLength(longest) <= SOCKET_PATH_BYTES_MAX ? tmpdir() : '/tmp';
}
