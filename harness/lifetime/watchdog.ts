/** A tiny process that outlives us: when we end, however we end, it stops our servers and removes their files. */
import { spawnSurvivor } from './survivor.ts';

export interface Watchdog {
  /** Also to be stopped when we die. */
  watch(pid: number): void;
  /** Lets it go without a bite. */
  dismiss(): void;
}

/**
 * Reads process ids, one a line, until our end of the pipe closes; `done` as the last line means that all is
 * clean. Servers get QUIT, and KILL after three seconds. A server that wrote its own `postmaster.pid` is found
 * by it as well.
 */
const SCRIPT = `
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  [ -r "/proc/$1/stat" ] || return 0
  # Dead already where nobody buries orphans, as in many containers.
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
# Those that an outage has frozen would wait for ever.
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
# Something may still be copying into it.
tries=50
until rm -rf "$1" 2>/dev/null && [ ! -e "$1" ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 0.1
done
`;

export function startWatchdog(directory: string): Watchdog {
  const child = spawnSurvivor('/bin/sh', ['-c', SCRIPT, 'ratchet-watchdog', directory]);
  return {
    watch: (pid) => child.stdin.write(`${pid}\n`),
    dismiss: () => child.stdin.end('done\n'),
  };
}
