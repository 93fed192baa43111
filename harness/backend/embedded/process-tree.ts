/** Suspends and resumes a PostgreSQL server, whose processes each have a process group of their own. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Suspends the postmaster first, so that it starts no further process meanwhile. */
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
  if (!existsSync('/proc/self/stat')) return pidsIn(runPgrep(pid));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((each) => parentOf(each) === pid).map(Number);
}

/** The parent is the field after the state, which follows the command's name in parentheses. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // The process has ended meanwhile.
    return undefined;
  }
}

/** Empty if there are no children: pgrep then ends with exit code 1. */
function runPgrep(parent: number): string {
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
