/** Stops and continues a PostgreSQL server, whose processes are each a group of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The postmaster first: then nobody starts another process meanwhile. */
export function freezeTree(pid: number | undefined): void {
  if (pid === undefined) return;
  signal(pid, 'SIGSTOP');
  for (const child of childrenOf(pid)) signal(child, 'SIGSTOP');
}

export function thawTree(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const child of childrenOf(pid)) signal(child, 'SIGCONT');
  signal(pid, 'SIGCONT');
}

function childrenOf(pid: number): number[] {
  if (!existsSync('/proc/self/stat')) return pidsIn(askPgrep(pid));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((each) => parentOf(each) === pid).map(Number);
}

/** The field behind the state, which follows the name in brackets. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** It ends with 1 where there is none. */
function askPgrep(parent: number): string {
  try {
    return execFileSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function pidsIn(text: string): number[] {
  return text.split('\n').filter(Boolean).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
