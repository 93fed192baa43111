/** The container engine: found by testcontainers, called with a time limit, its failures turned into errors. */
import type { ContainerRuntimeClient } from 'testcontainers';
import { getContainerRuntimeClient } from 'testcontainers';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { EnvironmentError } from '../../errors.ts';

/** The engine's own API. */
export type Docker = ContainerRuntimeClient['container']['dockerode'];

export interface Engine {
  client: ContainerRuntimeClient;
  docker: Docker;
}

const CONNECT_WITHIN_MS = 15_000;
const PING_WITHIN_MS = 2000;
const ANSWER_WITHIN_MS = 60_000;

/** @throws EnvironmentError if there is no engine, or it does not answer */
export async function findEngine(): Promise<Engine> {
  // All ports are published there; otherwise testcontainers may pull and run an image to find the host.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  try {
    const client = await withTimeout(CONNECT_WITHIN_MS, getContainerRuntimeClient());
    const docker = client.container.dockerode;
    requireNamed(docker);
    // testcontainers caches the client, so check that the engine still answers.
    await withTimeout(CONNECT_WITHIN_MS, docker.ping());
    return { client, docker };
  } catch (cause) {
    throw noEngine(process.env, cause);
  }
}

/** testcontainers also tries the default addresses if no engine answers at DOCKER_HOST. */
function requireNamed({ modem }: Docker): void {
  const named = process.env['DOCKER_HOST'];
  if (named?.startsWith('unix://') && (modem as { socketPath?: string }).socketPath !== named.slice('unix://'.length))
    throw new Error('an engine other than the one in DOCKER_HOST answered');
}

/** Reduced after a call has timed out, until the engine answers again. */
let timeoutMs = ANSWER_WITHIN_MS;

/** The result of a call of the engine. Rejects if the engine does not answer in time, or cannot be reached. */
export async function withEngineTimeout<T>(call: Promise<T>): Promise<T> {
  try {
    const result = await withTimeout(timeoutMs, call);
    timeoutMs = ANSWER_WITHIN_MS;
    return result;
  } catch (error) {
    if (error instanceof EngineTimeout) timeoutMs = PING_WITHIN_MS;
    throw isUnreachable(error) ? engineGone(error) : error;
  }
}

/** Calls `onGone` once if the engine ends, whose containers may keep running. The returned function stops watching. */
export async function watchEngine({ docker }: Engine, onGone: (reason: EnvironmentError) => void): Promise<() => void> {
  // Only the end of this stream matters: it stays open as long as the engine runs.
  const events = (await withEngineTimeout(docker.getEvents({ filters: { type: ['daemon'] } }))) as Readable;
  let isEnded = false;
  events.on('error', () => {});
  events.once('close', () => isEnded || onGone(engineGone()));
  events.resume();
  return () => {
    isEnded = true;
    events.destroy();
  };
}

/** The cause of a failure: the given reason, unless the engine no longer answers. */
export async function rootCause({ docker }: Engine, reason: EnvironmentError): Promise<EnvironmentError> {
  try {
    await withTimeout(PING_WITHIN_MS, docker.ping());
    return reason;
  } catch {
    return engineGone(reason);
  }
}

export function isDiskFull(message: string): boolean {
  return /no space left on device/i.test(message);
}

export function engineFull(what: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    'engine-no-space',
    `No space left for the container engine: ${what}`,
    'Free some space on its disk, e.g. with `docker system prune`.',
    cause,
  );
}

/** Whether the engine answered that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number } | undefined)?.statusCode === 404;
}

export function isUnreachable(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return (
    error instanceof EngineTimeout ||
    ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'].includes(code) ||
    /socket hang up/.test(message)
  );
}

export function engineGone(cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    'engine-gone',
    'The container engine stopped answering.',
    'Start it again; the next run removes the containers of this one.',
    cause,
  );
}

export function noEngine(environment: NodeJS.ProcessEnv, cause?: unknown): EnvironmentError {
  const host = environment['DOCKER_HOST'];
  if (host !== undefined) {
    return new EnvironmentError(
      'engine-missing',
      `No container engine answers at ${host} (DOCKER_HOST).`,
      'Start it, or correct DOCKER_HOST; or use --backend embedded, which needs no containers.',
      cause,
    );
  }
  const installed = (environment['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'docker')));
  return installed
    ? new EnvironmentError(
        'engine-stopped',
        'Docker is installed, but its engine does not answer.',
        'Start it (`systemctl start docker`, or Docker Desktop), or use --backend embedded, which needs no containers.',
        cause,
      )
    : new EnvironmentError(
        'engine-missing',
        'There is no container engine on this machine.',
        'Install Docker, or use --backend embedded, which needs no containers.',
        cause,
      );
}

export class EngineTimeout extends Error {}

/** @throws EngineTimeout if `work` takes longer */
export async function withTimeout<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineTimeout(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
