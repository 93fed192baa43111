/**
 * The watchdog: a small shell process that outlives this one. When this process ends, even by SIGKILL, the watchdog
 * stops the servers that this process has started, and removes their files.
 */
import { spawnDetached } from './detached-process.ts';

export interface Watchdog {
  /** Adds a server process to those that the watchdog stops. */
  watch(pid: number): void;
  /** Ends the watchdog without any cleanup, when there is nothing left to clean up. */
  dismiss(): void;
}

/**
 * Reads process ids, one per line, until the pipe is closed; `done` as the last line means that nothing is to be
 * cleaned up. Servers get SIGQUIT, and SIGKILL after three seconds. A server that has written a `postmaster.pid` file
 * is found by that file, too.
 */
const SCRIPT = `
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/stat" ] || return 0
  # A zombie is dead, too: in many containers no init process reaps orphans.
  read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" && [ "$state" != Z ]
}
children() {
  [ -r /proc/self/stat ] || { pgrep -P "$1" 2>/dev/null; return; }
  for file in /proc/[0-9]*/stat; do
    read -r child _ _ parent _ 2>/dev/null <"$file" && [ "$parent" = "$1" ] && echo "$child"
  done
}
pids=
while read -r line; do
  case $line in done) exit 0 ;; esac
  pids="$pids $line"
done
for file in "$1"/*/postmaster.pid; do
  read -r pid 2>/dev/null <"$file" && pids="$pids $pid"
done
# Processes that an outage has stopped (SIGSTOP) would never handle the signal.
for pid in $pids; do kill -CONT $(children "$pid") "$pid" 2>/dev/null; done
[ -n "$pids" ] && kill -QUIT $pids 2>/dev/null
tries=60
for pid in $pids; do
  while alive "$pid"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { kill -KILL $pids 2>/dev/null; break; }
    sleep 0.05
  done
done
# A process may still be copying files into the directory.
tries=50
# Its owner file goes last: what remains if this process is killed, too, still has its owner, and is swept.
for entry in "$1"/*; do
  case $entry in */owner.json) ;; *) rm -rf "$entry" 2>/dev/null ;; esac
done
until rm -rf "$1" 2>/dev/null && [ ! -e "$1" ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 0.1
done
`;

export function startWatchdog(directory: string): Watchdog {
  const child = spawnDetached('/bin/sh', ['-c', SCRIPT, 'ratchet-watchdog', directory]);
  return {
    watch: (pid) => child.stdin.write(`${pid}\n`),
    dismiss: () => child.stdin.end('done\n'),
  };
}
