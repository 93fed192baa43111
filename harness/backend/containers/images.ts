/** Which images are run: the official ones, unless the environment names others. */
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../../errors.ts';
import type { Engine } from './engine.ts';
import { asked, engineFull, engineGone, isFull, isMissing, isUnreachable } from './engine.ts';

/** Set by `scripts/build-images.ts`. */
const STAND_IN_LABEL = 'ratchet.stand-in';

export interface ImageChoice {
  name: string;
  variable: string;
  isOfficial: boolean;
}

export interface Image {
  name: string;
  entrypoint: string[];
  command: string[];
  /** Name and kind, for the history's header: what was exercised is said, not assumed. */
  description: string;
}

export const postgresImage = (): ImageChoice => choice('RATCHET_POSTGRES_IMAGE', 'supabase/postgres:17.6.1.136');
export const restImage = (): ImageChoice => choice('RATCHET_REST_IMAGE', 'postgrest/postgrest:v14.17');

function choice(variable: string, official: string): ImageChoice {
  const name = process.env[variable] || official;
  return { name, variable, isOfficial: name === official };
}

interface PullOptions {
  onProgress(message: string): void;
  signal: AbortSignal;
}

/** Pulls the image if it is not here. @throws EnvironmentError when that fails */
export async function requireImage(engine: Engine, wanted: ImageChoice, options: PullOptions): Promise<Image> {
  const found = await lookUp(engine, wanted);
  if (found) return found;
  options.onProgress(`pulling ${wanted.name}`);
  try {
    await pull(engine, wanted.name, options.signal);
  } catch (cause) {
    options.signal.throwIfAborted();
    if (isUnreachable(cause)) throw engineGone(cause);
    const { message } = cause as Error;
    throw isFull(message) ? engineFull(message, cause) : missing(wanted, cause);
  }
  const pulled = await lookUp(engine, wanted);
  if (!pulled) throw missing(wanted, new Error('it is not there after the pull'));
  return pulled;
}

/** testcontainers' own pull does not look at what the engine tells of failures, nor at its end. */
async function pull({ docker }: Engine, name: string, signal: AbortSignal): Promise<void> {
  const told = await docker.pull(name, { abortSignal: signal });
  for await (const line of createInterface({ input: told })) {
    const { error } = JSON.parse(line || '{}') as { error?: string };
    if (error !== undefined) throw new Error(error);
  }
}

/** Undefined when the image would have to be pulled. */
export async function lookUp({ docker }: Engine, { name, isOfficial }: ImageChoice): Promise<Image | undefined> {
  try {
    const { Config: config } = await asked(docker.getImage(name).inspect());
    const kind = isOfficial ? 'official' : config.Labels?.[STAND_IN_LABEL] === undefined ? 'custom' : 'stand-in';
    const entrypoint = config.Entrypoint ?? [];
    return {
      name,
      entrypoint: Array.isArray(entrypoint) ? entrypoint : [entrypoint],
      command: config.Cmd ?? [],
      description: `${kind} image ${name}`,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function missing({ name, variable }: ImageChoice, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'image-missing',
    `The image ${name} is not here and could not be pulled: ${(cause as Error).message}`,
    `Try docker pull, name another one in ${variable}, or build stand-ins: node scripts/build-images.ts`,
    cause,
  );
}
