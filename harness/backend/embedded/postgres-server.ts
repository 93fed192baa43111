/** One PostgreSQL server as a child process: start, readiness, monitoring, stop. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
import { printedFailure } from '../../system-failure.ts';
import { lastLines } from '../postgres/last-lines.ts';
import { spawnAs, spawnFailure } from './short-lived-program.ts';
import { freezeTree, thawTree } from './process-tree.ts';

export interface ServerOptions {
  name: string;
  postgres: string;
  account: Account;
  dataDirectory: string;
  socketDirectory: string;
  logFile: string;
  settings: Record<string, string>;
  /** Called synchronously with the process id, so that the watchdog knows the process from its start. */
  onSpawn(pid: number): void;
  /** Called if the server ends unexpectedly. */
  onDeath(reason: EnvironmentError): void;
}

export interface Server {
  /** Resolves when the server accepts connections. Rejects if it ends before. */
  ready(signal?: AbortSignal): Promise<void>;
  /** The last lines of its log. */
  lastLog(): string;
  /** What the system refused it, by the end of its log. */
  systemFailure(): EnvironmentError | undefined;
  /** Immediate shutdown, without a checkpoint: the data is removed afterwards. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Like `stop`, but `restart` may follow: the data is left as after a crash. */
  crash(): Promise<void>;
  /** Resolves when the server accepts connections again. `settings` apply until the next restart. */
  restart(signal: AbortSignal, settings?: Record<string, string>): Promise<void>;
  /** Suspends all processes of the server. */
  freeze(): void;
  thaw(): void;
}

const READY_POLL_MS = 2;
/** Recovery after a crash may take seconds on a slow machine. */
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 4000;

/** One run of the server process, from start to end; a restart begins another one. */
interface ServerRun {
  child: ChildProcess;
  ended: EnvironmentError | undefined;
  exit: Promise<void>;
  /** Whether the end was requested. */
  isEnding: boolean;
}

export function startServer(options: ServerOptions): Server {
  let run = startProcess(options);
  let isStopped = false;

  const ready = async (signal?: AbortSignal): Promise<void> => {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!isReady(options.dataDirectory)) {
      if (run.ended) throw run.ended;
      if (performance.now() > deadline) throw notReady(options);
      await sleep(READY_POLL_MS, undefined, signal ? { signal } : {});
    }
  };
  return {
    ready,
    lastLog: () => lastLog(options),
    systemFailure: () => systemFailureIn(options),
    async stop() {
      isStopped = true;
      await endProcess(run);
    },
    crash: () => endProcess(run),
    async restart(signal, settings = {}) {
      if (isStopped) throw new Error(`${options.name} has been stopped and cannot restart`);
      // The file of a killed server would report that it is ready.
      rmSync(`${options.dataDirectory}/postmaster.pid`, { force: true });
      run = startProcess({ ...options, settings: { ...options.settings, ...settings } });
      await ready(signal);
    },
    freeze: () => freezeTree(run.child.pid),
    thaw: () => thawTree(run.child.pid),
  };
}

function startProcess(options: ServerOptions): ServerRun {
  const child = launch(options);
  const { promise: exit, resolve } = Promise.withResolvers<void>();
  const run: ServerRun = { child, ended: undefined, exit, isEnding: false };
  const finish = (reason: EnvironmentError): void => {
    run.ended ??= reason;
    if (!run.isEnding) options.onDeath(run.ended);
    resolve();
  };
  child.on('error', (error) => finish(spawnFailure(options.postgres, options.account, error)));
  child.on('exit', (code, signal) => finish(deathOf(options, code, signal)));
  return run;
}

async function endProcess(run: ServerRun): Promise<void> {
  run.isEnding = true;
  if (run.ended) return;
  thawTree(run.child.pid);
  run.child.kill('SIGQUIT');
  const timer = setTimeout(() => run.child.kill('SIGKILL'), STOP_WITHIN_MS);
  await run.exit;
  clearTimeout(timer);
}

function launch(options: ServerOptions): ChildProcess {
  const settings = {
    ...options.settings,
    // A list: an item in double quotes may contain commas and spaces.
    unix_socket_directories: `"${options.socketDirectory.replaceAll('"', '""')}"`,
    cluster_name: options.name,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(options.logFile, 'a', 0o644);
  try {
    const child = spawnAs(options.account, options.postgres, ['-D', options.dataDirectory, ...args], {
      cwd: options.dataDirectory,
      stdio: ['ignore', log, log],
    });
    if (child.pid !== undefined) options.onSpawn(child.pid);
    return child;
  } finally {
    closeSync(log);
  }
}

/** Line 8 of `postmaster.pid` is the state. */
function isReady(dataDirectory: string): boolean {
  const path = `${dataDirectory}/postmaster.pid`;
  return existsSync(path) && readFileSync(path, 'utf8').split('\n')[7]?.trim() === 'ready';
}

function notReady(options: ServerOptions): EnvironmentError {
  const seconds = READY_WITHIN_MS / 1000;
  return new EnvironmentError(
    'embedded-server-not-ready',
    `PostgreSQL ${options.name} accepted no connections within ${seconds} s: ${lastLog(options)}`,
    'Look for the cause in these lines of its log; a busy machine may need another try.',
  );
}

/** The failure of the system that the end of the server's log tells of. */
function systemFailureIn({ logFile, name }: ServerOptions): EnvironmentError | undefined {
  return printedFailure(`PostgreSQL ${name}`, newestOf(readFileSync(logFile, { encoding: 'utf8', flag: 'a+' })));
}

/** An older line may tell of a failure that the server has survived. */
function newestOf(log: string): string {
  return log.trim().split('\n').slice(-10).join('\n');
}

/** The last lines of the server's log. */
function lastLog({ logFile }: ServerOptions): string {
  return lastLines(readFileSync(logFile, { encoding: 'utf8', flag: 'a+' }), 3) || 'its log is empty';
}

function deathOf(options: ServerOptions, code: number | null, signal: string | null): EnvironmentError {
  const log = readFileSync(options.logFile, { encoding: 'utf8', flag: 'a+' });
  const full = /No space left on device/.test(log);
  const what = `PostgreSQL ${options.name} died (${signal ?? `exit code ${code}`})`;
  const failure = full ? undefined : printedFailure(what, newestOf(log));
  if (failure !== undefined) return failure;
  return new EnvironmentError(
    full ? 'embedded-no-space' : 'embedded-server-died',
    `${what}: ${lastLines(log, 3) || 'its log is empty'}`,
    full ? 'Free some space, or point TMPDIR to a file system with more.' : 'The run is inconclusive; start it again.',
  );
}
