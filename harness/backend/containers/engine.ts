/** The container engine: found by testcontainers, asked with a time limit, its failures put into words. */
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

/** @throws EnvironmentError when there is none, or it does not answer */
export async function findEngine(): Promise<Engine> {
  // Everything is published there; to find that out testcontainers may pull an image and run it.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  try {
    const client = await within(CONNECT_WITHIN_MS, getContainerRuntimeClient());
    const docker = client.container.dockerode;
    requireNamed(docker);
    // testcontainers remembers a client that it found once.
    await within(CONNECT_WITHIN_MS, docker.ping());
    return { client, docker };
  } catch (cause) {
    throw noEngine(process.env, cause);
  }
}

/** testcontainers tries the usual places, too, when nobody answers at the one that DOCKER_HOST names. */
function requireNamed({ modem }: Docker): void {
  const named = process.env['DOCKER_HOST'];
  if (named?.startsWith('unix://') && (modem as { socketPath?: string }).socketPath !== named.slice('unix://'.length))
    throw new Error('another engine answered than the one that was named');
}

/** Who once let a question go unanswered is not waited for that long again, until it answers. */
let patienceMs = ANSWER_WITHIN_MS;

/** What the engine answers, or why it does not; a hung engine hangs nobody. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    const answered = await within(patienceMs, answer);
    patienceMs = ANSWER_WITHIN_MS;
    return answered;
  } catch (error) {
    if (error instanceof SlowAnswer) patienceMs = PING_WITHIN_MS;
    throw isUnreachable(error) ? engineGone(error) : error;
  }
}

/** Tells once when the engine goes away, until it is ended itself. Its containers may live on. */
export async function watchEngine({ docker }: Engine, onGone: (reason: EnvironmentError) => void): Promise<() => void> {
  // It says nothing of interest, but it lasts as long as the engine does.
  const events = (await asked(docker.getEvents({ filters: { type: ['daemon'] } }))) as Readable;
  let isEnded = false;
  events.on('error', () => {});
  events.once('close', () => isEnded || onGone(engineGone()));
  events.resume();
  return () => {
    isEnded = true;
    events.destroy();
  };
}

/** Why something ended: for whatever reason it gives, or because the engine did. */
export async function blame({ docker }: Engine, reason: EnvironmentError): Promise<EnvironmentError> {
  try {
    await within(PING_WITHIN_MS, docker.ping());
    return reason;
  } catch {
    return engineGone(reason);
  }
}

export function isFull(message: string): boolean {
  return /no space left on device/i.test(message);
}

export function engineFull(what: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    'engine-no-space',
    `No space left where the container engine keeps its files: ${what}`,
    'Free some there, e.g. by `docker system prune`.',
    cause,
  );
}

/** The engine has nothing of that name. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number } | undefined)?.statusCode === 404;
}

export function isUnreachable(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return (
    error instanceof SlowAnswer ||
    ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'].includes(code) ||
    /socket hang up/.test(message)
  );
}

export function engineGone(cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    'engine-gone',
    'The container engine stopped answering.',
    'Start it again; the next run removes what this one left.',
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
        'Start it (`systemctl start docker`, or Docker Desktop), or use --backend embedded, which needs none.',
        cause,
      )
    : new EnvironmentError(
        'engine-missing',
        'There is no container engine on this machine.',
        'Install Docker, or use --backend embedded, which needs none.',
        cause,
      );
}

class SlowAnswer extends Error {}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SlowAnswer(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
