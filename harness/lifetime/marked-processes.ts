/**
 * Processes that run foreign programs, e.g. the server of an application. They and all that they start carry a mark in
 * their environment, by which they are found also in a session or a process group of their own.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { spawnDetached } from './detached-process.ts';
import { isDead, parseOwner, thisOwner } from './owner.ts';

const MARK = 'RATCHET_PROCESS';
const OWNER = 'RATCHET_OWNER';

export interface ProcessMark {
  /** Adds the process group of a process that has the mark: elsewhere than on Linux, only groups are killed. */
  watch(group: number): void;
  /** To be added to the environment of the first process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Kills every process with the mark. Only where the system shows environments (Linux). */
  kill(): void;
  /** Ends the watchdog. */
  dismiss(): void;
}

/**
 * Reads the ids of process groups until the end of input: then this process has ended, also by SIGKILL. `done` as
 * the last line means that nothing is to be killed. New processes may appear while others are killed, hence the rounds.
 */
const SCRIPT = `
marked() {
  for file in /proc/[0-9]*/environ; do
    tr '\\0' '\\n' 2>/dev/null <"$file" | grep -qxF "$1" && { pid=\${file#/proc/}; echo "\${pid%/environ}"; }
  done
}
groups=
while read -r line; do
  case $line in done) exit 0 ;; esac
  groups="$groups -$line"
done
[ -n "$groups" ] && kill -KILL $groups 2>/dev/null
[ -r /proc/self/environ ] || exit 0
for round in 1 2 3 4 5; do
  pids=$(marked "$1")
  [ -n "$pids" ] || exit 0
  kill -KILL $pids 2>/dev/null
  sleep 0.1
done
`;

/** Creates a mark, and starts a watchdog that kills what carries it when this process ends. */
export function markProcesses(): ProcessMark {
  const id = randomUUID();
  const mark = `${MARK}=${id}`;
  const watchdog = spawnDetached('/bin/sh', ['-c', SCRIPT, 'ratchet-watchdog', mark]);
  return {
    environment: { [MARK]: id, [OWNER]: JSON.stringify(thisOwner()) },
    watch: (group) => void watchdog.stdin.write(`${group}\n`),
    kill: () => killAll((environment) => environment.includes(mark)),
    dismiss: () => void watchdog.stdin.end('done\n'),
  };
}

/** Kills the marked processes whose owner has ended, in case its watchdog was killed, too. Does nothing elsewhere than on Linux. */
export function sweepMarked(): void {
  killAll((environment) => {
    const owner = environment.find((entry) => entry.startsWith(`${OWNER}=`))?.slice(OWNER.length + 1);
    const parsed = owner === undefined ? undefined : parseOwner(owner);
    return parsed !== undefined && isDead(parsed);
  });
}

function killAll(wanted: (environment: readonly string[]) => boolean): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (wanted(environmentOf(pid))) killQuietly(pid);
  }
}

/** Empty if the process has ended, or belongs to another user. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
