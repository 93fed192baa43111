/**
 * Kills runs with SIGKILL at random moments until KILLS of them were hit, and checks what is left: `npm run bench -- kills`,
 * or `node bench/kills.ts KILLS [KIND...]`. A history must consist of whole lines and must not be judged to hold unless the run
 * had ended; no process or folder may be left once the next run has ended. Linux only. It counts the processes and folders
 * of every run on this machine: start no other.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../harness/index.ts';

interface Kind {
  name: string;
  backend: string;
  /** The processes to kill, of those that run besides this one. */
  victims(cli: number, running: readonly Running[]): number[];
}

interface Running {
  pid: number;
  command: string;
}

const anyOf = <T>(items: readonly T[]): T[] => items.slice(Math.random() * items.length).slice(0, 1);
const servers = (running: readonly Running[]): number[] =>
  running.filter(({ command }) => /postgres -D .*ratchet-/.test(command)).map(({ pid }) => pid);
const watchdogs = (running: readonly Running[]): number[] =>
  running.filter(({ command }) => /^\S*sh -c .*ratchet-/s.test(command)).map(({ pid }) => pid);

const KINDS: readonly Kind[] = [
  { name: 'simulated', backend: 'simulated', victims: (cli) => [cli] },
  { name: 'cli', backend: 'embedded', victims: (cli) => [cli] },
  { name: 'server', backend: 'embedded', victims: (_, running) => anyOf(servers(running)) },
  { name: 'watchdog', backend: 'embedded', victims: (_, running) => watchdogs(running) },
  { name: 'cli-and-watchdog', backend: 'embedded', victims: (cli, running) => [...watchdogs(running), cli] },
];
const [kills = 100, ...names] = process.argv.slice(2);
/** Also on a machine that is busy with something else. */
const ENDS_WITHIN_MS = 300_000;
/** In which the watchdog stops the servers and removes their files. */
const CLEAN_WITHIN_MS = 10_000;
const report = mkdtempSync(join(tmpdir(), 'kills-'));

let problems = 0;
for (const kind of KINDS) {
  if (names.length === 0 || names.includes(kind.name)) await killAll(kind);
}
rmSync(report, { recursive: true });
process.exitCode = problems === 0 ? 0 : 1;

async function killAll(kind: Kind): Promise<void> {
  // The first run fills the caches, and takes longer than the others.
  await durationOf(kind);
  let wholeMs = await durationOf(kind);
  const counts = { runs: 0, complete: 0, brokenOff: 0, none: 0 };
  for (let hits = 0; hits < Number(kills); counts.runs += 1) {
    const [folder, what] = [join(report, kind.name, String(counts.runs)), `${kind.name} ${counts.runs}`];
    const began = performance.now();
    const cli = start(kind, folder);
    await sleep(Math.random() * wholeMs);
    const victims = hasExited(cli) ? [] : kind.victims(cli.pid!, others());
    hits += Math.min(victims.length, 1);
    for (const pid of victims) killQuietly(pid);
    if (!(await hasEnded(cli))) problem(`${what}: it did not end`);
    if (victims.length === 0) wholeMs = performance.now() - began;
    for (const file of historiesIn(folder)) counts[await stateOf(file, what)] += 1;
    rmSync(folder, { recursive: true, force: true });
  }
  if (kind.name !== 'cli-and-watchdog' && kind.name !== 'watchdog')
    await requireNothingLeft(`${kind.name}, watchdog alive`);
  await durationOf(kind);
  await requireNothingLeft(`${kind.name}, once the next run has ended`);
  console.log(`${kind.name}: ${JSON.stringify({ kills: Number(kills), whole_ms: Math.round(wholeMs), ...counts })}`);
}

/** The duration of a run that is not killed, in milliseconds. */
async function durationOf(kind: Kind): Promise<number> {
  const began = performance.now();
  await once(start(kind, join(report, 'whole')), 'exit');
  return performance.now() - began;
}

function start({ backend }: Kind, folder: string): ChildProcess {
  const runs = backend === 'simulated' ? ['--runs', '50'] : [];
  const args = ['run', 'lagging-replica-brief', '--subject', 'guarded', '--backend', backend, ...runs];
  return spawn(process.execPath, ['bin/ratchet.js', ...args, '--report', folder], { stdio: 'ignore' });
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function hasEnded(cli: ChildProcess): Promise<boolean> {
  if (hasExited(cli)) return true;
  const ended = once(cli, 'exit').then(() => true);
  const isInTime = await Promise.race([ended, sleep(ENDS_WITHIN_MS, false, { ref: false })]);
  if (!isInTime) cli.kill('SIGKILL');
  return isInTime;
}

function historiesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  // Without those that `latest` links to, which are among them.
  return files.filter((file) => /^(?!latest).*history\.ndjson$/.test(file)).map((file) => join(folder, file));
}

async function stateOf(file: string, what: string): Promise<'complete' | 'brokenOff' | 'none'> {
  const text = readFileSync(file, 'utf8');
  if (text === '') return 'none';
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.some((line) => !isJson(line))) problem(`${what}: its last line is not whole`);
  const isComplete = /"fault":"run-(?:ended|incomplete)"/.test(lines.at(-1) ?? '');
  const { valid } = await check([file]);
  if (!isComplete && valid === true) problem(`${what}: a history without an end is judged to hold`);
  return isComplete ? 'complete' : 'brokenOff';
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

async function requireNothingLeft(when: string): Promise<void> {
  const deadline = performance.now() + CLEAN_WITHIN_MS;
  let left = leftovers();
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(100);
    left = leftovers();
  }
  if (left.length > 0) problem(`${when}: left: ${left.join(', ')}`);
  else console.log(`${when}: 0 leftovers`);
}

function leftovers(): string[] {
  const folders = [...new Set([tmpdir(), '/dev/shm'])].flatMap((root) =>
    readdirSync(root)
      .filter((name) => /^ratchet-\w{6}$/.test(name))
      .map((name) => join(root, name)),
  );
  return [
    ...folders,
    ...others()
      .filter(({ command }) => /ratchet-\w{6}/.test(command))
      .map(({ pid }) => `process ${pid}`),
  ];
}

function others(): Running[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state, command] = /^\s*(\d+) (\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined || state?.startsWith('Z') || Number(pid) === process.pid
      ? []
      : [{ pid: Number(pid), command }];
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function problem(what: string): void {
  problems += 1;
  console.log(`✗ ${what}`);
}
