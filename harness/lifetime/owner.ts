/** The process that owns a directory or a container, recorded in a form that is safe when process ids are reused. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Owner {
  ratchet: 1;
  pid: number;
  /** When the process started, in the format that the operating system reports. */
  started: string;
  /** The host and process-id namespace in which `pid` is valid. */
  where: string;
}

export const OWNER_FILE = 'owner.json';

/** This process. Read once: some systems start a program for it. */
export function thisOwner(): Owner {
  self ??= { ratchet: 1, pid: process.pid, started: startOf(process.pid) ?? '', where: here() };
  return self;
}

let self: Owner | undefined;

export async function writeOwner(directory: string): Promise<void> {
  await writeFile(join(directory, OWNER_FILE), JSON.stringify(thisOwner()), { flag: 'wx' });
}

/** Undefined when the directory has no owner file of Ratchet's. */
export function readOwner(directory: string): Owner | undefined {
  const text = quietly(() => readFileSync(join(directory, OWNER_FILE), 'utf8'));
  return text === undefined ? undefined : parseOwner(text);
}

/** Undefined when the text is not an owner record. */
export function parseOwner(text: string): Owner | undefined {
  const owner = quietly(() => JSON.parse(text) as Owner | null);
  return owner?.ratchet === 1 && Number.isInteger(owner.pid) ? owner : undefined;
}

/** True only when it is certain: a process of another host or container is never reported as dead. */
export function isDead(owner: Owner): boolean {
  return owner.where === here() && startOf(owner.pid) !== owner.started;
}

/** True for a process of another host or container, of which nothing else is known. */
export function isElsewhere(owner: Owner): boolean {
  return owner.where !== here();
}

export function commandLineOf(pid: number): string {
  if (process.platform === 'linux') return quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  return ps(pid, 'command') ?? '';
}

/** The id of the user that a process runs as. Undefined when there is no such process. */
export function userOf(pid: number): number | undefined {
  if (process.platform === 'linux') return quietly(() => statSync(`/proc/${pid}`).uid);
  const uid = ps(pid, 'uid');
  return uid === undefined ? undefined : Number(uid);
}

/** Undefined when there is no such process. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart');
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The command's name is in parentheses and may contain spaces; the start time is the 20th field after it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function here(): string {
  return `${hostname()} ${quietly(() => readlinkSync('/proc/self/ns/pid')) ?? ''}`;
}

function ps(pid: number, field: string): string | undefined {
  const args = ['-o', `${field}=`, '-p', String(pid)];
  return quietly(() => execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim());
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
