/** Where tabs in another program find the application: its own servers, or servers of its modules. */
import { fork, type ChildProcess } from 'node:child_process';
import { realClock } from '../clock.ts';
import { EnvironmentError, ProgramError, UsageError } from '../errors.ts';
import { markProcesses } from '../lifetime/marked-processes.ts';
import type { Subject } from '../port/subject.ts';
import type { AppInstances } from '../subject/instances.ts';
import type { Waited } from '../subject/request-queue.ts';
import { SERVER_SETTINGS, type ServerMessage, type ServerSettings } from './server-message.ts';
import { ownProgram } from '../own-program.ts';

export interface TabServers {
  readonly urls: readonly string[];
  /** How long requests waited in them; empty for servers of the application itself. */
  waited(): Promise<Waited[]>;
  close(): void;
}

export interface TabServerOptions extends Omit<ServerSettings, 'inFlightMax'> {
  /** How many servers of modules to start. */
  count: number;
  /** Told when a server ends by itself. */
  onEnd(reason: Error): void;
}

/** Each request of an application needs another one to its Supabase, and a descriptor for both. */
const IN_FLIGHT_MAX = 1_024;
const START_TIMEOUT_MS = 60_000;
const OUTPUT_LENGTH = 4_000;

/** @throws UsageError if the subject cannot be served; EnvironmentError if a server does not start */
export async function openTabServers(
  subject: Subject,
  instances: AppInstances,
  options: TabServerOptions,
): Promise<TabServers> {
  const own = instances.urls;
  if (own.length > 0) return { urls: own, waited: async () => [], close: () => undefined };
  if (subject.isServer === true || subject.runsAt !== undefined) {
    const hint = 'make it of `command` or `url`, whose instances have a url';
    throw new UsageError('subject-without-url', `tabs cannot find the server of the subject ${subject.name}`, hint);
  }
  return serveModules(options);
}

async function serveModules({ count, onEnd, ...settings }: TabServerOptions): Promise<TabServers> {
  const mark = markProcesses();
  const children: ChildProcess[] = [];
  const close = (): void => {
    children.forEach((child) => child.removeAllListeners('exit').kill('SIGKILL'));
    mark.kill();
    mark.dismiss();
  };
  try {
    const ports = Array.from({ length: count }, () => {
      const child = forkServer({ ...settings, inFlightMax: IN_FLIGHT_MAX }, mark.environment);
      children.push(child);
      return portOf(child);
    });
    const urls = (await Promise.all(ports)).map((port) => `http://127.0.0.1:${port}`);
    for (const child of children) child.on('exit', (code, signal) => onEnd(ended(code, signal)));
    return { urls, waited: () => Promise.all(children.map(askWaited)), close };
  } catch (error) {
    close();
    throw error;
  }
}

function forkServer(settings: ServerSettings, marks: Readonly<Record<string, string>>): ChildProcess {
  const program = ownProgram('./module-server.ts', import.meta.url);
  const env = { ...process.env, ...marks, [SERVER_SETTINGS]: JSON.stringify(settings) };
  return fork(program, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

async function portOf(child: ChildProcess): Promise<number> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_LENGTH)));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const notStarted = (why: string): void => reject(notReady(why, output));
  const started = new AbortController();
  void realClock()
    .sleep(START_TIMEOUT_MS, started.signal)
    .then(() => notStarted(`it was not ready after ${START_TIMEOUT_MS} ms`));
  child.once('exit', (code, signal) => notStarted(signal ?? `exit code ${code}`));
  child.on('message', (message: ServerMessage) => {
    if ('listening' in message) resolve(message.listening);
    if ('failed' in message) notStarted(message.failed);
  });
  return promise.finally(() => started.abort());
}

function notReady(why: string, output: string): ProgramError {
  const what = `a server of the subject did not start: ${why}`;
  return new ProgramError('subject-not-started', what, output, 'check the subject: ratchet try');
}

async function askWaited(child: ChildProcess): Promise<Waited> {
  const { promise, resolve } = Promise.withResolvers<Waited>();
  child.on('message', (message: ServerMessage) => {
    if ('waited' in message) resolve(message.waited);
  });
  child.once('exit', () => resolve({ requests: 0, queued: 0, meanMs: 0, maxMs: 0 }));
  child.send('waited');
  return promise;
}

function ended(code: number | null, signal: string | null): EnvironmentError {
  return new EnvironmentError(
    'subject-ended',
    `a server of the subject ended during the load: ${signal ?? `exit code ${code}`}`,
  );
}
