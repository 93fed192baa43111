/** One PostgreSQL server: started, waited for, watched, stopped. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Account } from './account.ts';
import { lastLines } from '../postgres/last-lines.ts';
import { spawnAs, spawnFailure } from './command.ts';

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
}

const READY_POLL_MS = 2;
const STOP_PATIENCE_MS = 4000;

export function startServer(options: ServerOptions): Server {
  const child = launch(options);
  let stopping = false;
  let ended: EnvironmentError | undefined;
  const exit = new Promise<void>((resolve) => {
    const end = (reason: EnvironmentError): void => {
      ended ??= reason;
      if (!stopping) options.onDeath(ended);
      resolve();
    };
    child.on('error', (error) => end(spawnFailure(options.postgres, options.account, error)));
    child.on('exit', (code, signal) => end(deathOf(options, code, signal)));
  });

  return {
    async ready(signal) {
      while (!isReady(options.dataDirectory)) {
        if (ended) throw ended;
        await sleep(READY_POLL_MS, undefined, signal ? { signal } : {});
      }
    },
    async stop() {
      stopping = true;
      if (ended) return;
      child.kill('SIGQUIT');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await exit;
      clearTimeout(patience);
    },
  };
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
