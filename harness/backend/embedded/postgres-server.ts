/** One PostgreSQL server: started, waited for, watched, stopped. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
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
  /** Told at once of the process, so that nobody loses sight of it. */
  onSpawn(pid: number): void;
  /** Told when the server ends and nobody called `stop`. */
  onDeath(reason: EnvironmentError): void;
}

export interface Server {
  /** Resolves when the server accepts connections. Rejects when it ends before. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Immediate shutdown: the data is thrown away afterwards. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** As `stop`, to be followed by `restart`: the data stays as a crash leaves it. */
  crash(): Promise<void>;
  /** Resolves when it accepts connections again. `settings` hold for this time. */
  restart(signal: AbortSignal, settings?: Record<string, string>): Promise<void>;
  /** None of its processes goes on. */
  freeze(): void;
  thaw(): void;
}

const READY_POLL_MS = 2;
const STOP_PATIENCE_MS = 4000;

/** From its start to its end, of which there are several if it restarts. */
interface Life {
  child: ChildProcess;
  ended: EnvironmentError | undefined;
  exit: Promise<void>;
  /** Whether somebody asked for its end. */
  isEnding: boolean;
}

export function startServer(options: ServerOptions): Server {
  let life = begin(options);
  let isStopped = false;

  const ready = async (signal?: AbortSignal): Promise<void> => {
    while (!isReady(options.dataDirectory)) {
      if (life.ended) throw life.ended;
      await sleep(READY_POLL_MS, undefined, signal ? { signal } : {});
    }
  };
  return {
    ready,
    async stop() {
      isStopped = true;
      await end(life);
    },
    crash: () => end(life),
    async restart(signal, settings = {}) {
      if (isStopped) throw new Error(`${options.name} is stopped for good`);
      // What a killed server leaves behind would say that it is ready.
      rmSync(`${options.dataDirectory}/postmaster.pid`, { force: true });
      life = begin({ ...options, settings: { ...options.settings, ...settings } });
      await ready(signal);
    },
    freeze: () => freezeTree(life.child.pid),
    thaw: () => thawTree(life.child.pid),
  };
}

function begin(options: ServerOptions): Life {
  const child = launch(options);
  const { promise: exit, resolve } = Promise.withResolvers<void>();
  const life: Life = { child, ended: undefined, exit, isEnding: false };
  const finish = (reason: EnvironmentError): void => {
    life.ended ??= reason;
    if (!life.isEnding) options.onDeath(life.ended);
    resolve();
  };
  child.on('error', (error) => finish(spawnFailure(options.postgres, options.account, error)));
  child.on('exit', (code, signal) => finish(deathOf(options, code, signal)));
  return life;
}

async function end(life: Life): Promise<void> {
  life.isEnding = true;
  if (life.ended) return;
  thawTree(life.child.pid);
  life.child.kill('SIGQUIT');
  const patience = setTimeout(() => life.child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await life.exit;
  clearTimeout(patience);
}

function launch(options: ServerOptions): ChildProcess {
  const settings = {
    ...options.settings,
    unix_socket_directories: options.socketDirectory,
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

function deathOf(options: ServerOptions, code: number | null, signal: string | null): EnvironmentError {
  const log = readFileSync(options.logFile, { encoding: 'utf8', flag: 'a+' });
  const full = /No space left on device/.test(log);
  return new EnvironmentError(
    full ? 'embedded-no-space' : 'embedded-server-died',
    `PostgreSQL ${options.name} died (${signal ?? `exit code ${code}`}): ${lastLines(log, 3) || 'its log is empty'}`,
    full ? 'Free some space, or point TMPDIR to a file system that has it.' : 'The run proves nothing; start it again.',
  );
}
