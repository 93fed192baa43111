/** A subject that is a server which Ratchet starts, with a process group for each instance. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError, ProgramError, UsageError } from '../errors.ts';
import { markProcesses, sweepMarked } from '../lifetime/marked-processes.ts';
import { noFreePort } from '../system-failure.ts';
import { attributingEnvironment } from './attribution.ts';
import { supabaseVariables } from './environment.ts';
import type { AppInstance, Subject, SubjectCapability, SubjectEnvironment } from '../port/subject.ts';
import type { Application, KeyedRows } from './application.ts';
import { httpInstance, httpRoutes, statusPathOf, type HttpSubjectOptions } from './http-instance.ts';
import type { Routes } from './routes.ts';
import { subjectFields } from './subject-options.ts';

export interface CommandOptions {
  /** The folder to start it in; the working directory by default. */
  cwd?: string;
  /** Environment variables in addition to `PORT` and the usual names of Supabase's settings. */
  variables?(environment: SubjectEnvironment): Record<string, string>;
  /** How long the server may take to answer its first request; 60 s by default. */
  startTimeoutMs?: number;
}

export interface CommandSubjectOptions extends HttpSubjectOptions, CommandOptions {
  /** Program and arguments, e.g. `['npm', 'start']`. It must listen on 127.0.0.1 and the port in `PORT`. */
  command: Command;
  /** The folder to start it in. */
  cwd: string;
}

type Command = readonly [program: string, ...arguments_: string[]];

const CAPABILITIES: readonly SubjectCapability[] = ['instance-restart'];

export function commandSubject(options: CommandSubjectOptions): Subject {
  const { command: line, cwd, variables, startTimeoutMs, statusPath, generatePath, ...rest } = options;
  const subject = subjectFields(rest);
  const routes = httpRoutes({ statusPath, generatePath }, subject);
  const how = { cwd, ...(variables && { variables }), ...(startTimeoutMs !== undefined && { startTimeoutMs }) };
  return {
    ...subject,
    capabilities: CAPABILITIES,
    isServer: true,
    statusPath: statusPathOf(subject, routes),
    createInstance: (environment) => startInstance(line, how, environment, subject, routes),
  };
}

/**
 * An application that is a server, which Ratchet starts once for each instance.
 * @param line program and arguments, e.g. `['npx', 'next', 'start']`. It must listen on 127.0.0.1 and the port in `PORT`
 */
export function command(line: Command, options: CommandOptions = {}): Application & { kind: 'command' } {
  const folder = resolve(options.cwd ?? '.');
  return {
    kind: 'command',
    name: basename(folder),
    folder,
    capabilities: CAPABILITIES,
    isServer: true,
    createInstance: (environment, rows, routes) =>
      startInstance(line, { ...options, cwd: folder }, environment, rows, routes),
  };
}

async function startInstance(
  line: Command,
  { cwd = '.', variables, startTimeoutMs = 60_000 }: CommandOptions,
  environment: SubjectEnvironment,
  rows: KeyedRows,
  routes: Routes,
): Promise<AppInstance> {
  if (!existsSync(cwd)) {
    const hint = 'the cwd of a command is the folder of the application';
    throw new UsageError('subject-invalid', `${cwd}: no such folder, in which ${line.join(' ')} is to start`, hint);
  }
  sweepMarked();
  const port = await freePort();
  const env = {
    ...process.env,
    ...supabaseVariables(environment),
    ...variables?.(environment),
    PORT: String(port),
  };
  const server = startServer(line, cwd, attributingEnvironment(env, environment.supabaseUrl));
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilItAnswers(url, server, startTimeoutMs);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { status, generate } = httpInstance(url, rows, routes);
  return {
    hasOwnSteps: true,
    url,
    status: (request, story) => unlessEnded(server, status(request, story)),
    generate: (job) => unlessEnded(server, generate(job)),
    close: () => server.stop(),
    kill: () => server.kill(),
  };
}

/** The result of a request. @throws EnvironmentError instead of its error, if the server has ended on its own */
async function unlessEnded<T>(server: Server, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    const why = await server.endedSoon();
    if (why === undefined) throw error;
    throw new EnvironmentError(
      'subject-ended',
      `${server.commandLine} ended during the run: ${why}\n${server.output()}`.trim(),
      'see its output: a server must run until the end of the run',
      error,
    );
  }
}

interface Server {
  commandLine: string;
  /** Why the server has ended; `undefined` while it runs. */
  ended(): string | undefined;
  /** The same, a moment after a connection to it broke: its end may be reported later. */
  endedSoon(): Promise<string | undefined>;
  /** The last characters of its output. */
  output(): string;
  stop(): Promise<void>;
  /** At once, with all that it started. */
  kill(): Promise<void>;
}

const OUTPUT_LENGTH = 2000;
const GRACE_MS = 2000;
const END_REPORT_MS = 500;
const POLL_MS = 50;

function startServer(command: readonly [string, ...string[]], cwd: string, env: NodeJS.ProcessEnv): Server {
  const [program, ...args] = command;
  const mark = markProcesses();
  const child = spawn(program, args, {
    cwd,
    env: { ...env, ...mark.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) mark.watch(child.pid);
  let output = '';
  let ended: string | undefined;
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_LENGTH);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.on('error', (error: NodeJS.ErrnoException) => {
    ended = error.code === 'ENOENT' ? `the program ${program} was not found` : error.message;
  });
  child.on('exit', (code, signal) => (ended ??= signal === null ? `exit code ${code}` : `signal ${signal}`));
  const kill = async (): Promise<void> => {
    signalGroup(child, 'SIGKILL');
    if (ended === undefined) await once(child, 'exit');
    // Also what has left the process group.
    mark.kill();
    mark.dismiss();
  };
  return {
    commandLine: command.join(' '),
    ended: () => ended,
    async endedSoon() {
      if (ended === undefined)
        await Promise.race([once(child, 'exit'), sleep(END_REPORT_MS, undefined, { ref: false })]);
      return ended;
    },
    output: () => output.trim(),
    async stop() {
      signalGroup(child, 'SIGTERM');
      if (ended === undefined) await Promise.race([once(child, 'exit'), sleep(GRACE_MS, undefined, { ref: false })]);
      // Also ends the processes that the server has started and left running.
      await kill();
    },
    kill,
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Any answer counts, including an error page. */
async function untilItAnswers(url: string, server: Server, timeoutMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  while (server.ended() === undefined && !deadline.aborted) {
    try {
      const response = await fetch(url, { signal: deadline, redirect: 'manual' });
      await response.body?.cancel();
      return;
    } catch {
      await sleep(POLL_MS);
    }
  }
  const why = server.ended() ?? `it did not answer at ${url} within ${timeoutMs} ms`;
  throw notStarted(server, why);
}

function notStarted(server: Server, why: string): ProgramError {
  const hint = /EADDRINUSE|address already in use/i.test(server.output())
    ? 'it must listen on the port in the environment variable PORT, which is free, and on no other'
    : 'the command must start a server that listens on the port in the environment variable PORT';
  return new ProgramError('subject-not-started', `${server.commandLine} did not start: ${why}`, server.output(), hint);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? noFreePort('127.0.0.1', error) : error;
  });
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
