/** The images to run: the official ones, unless environment variables name others. */
import { createInterface } from 'node:readline';
import { EnvironmentError } from '../../errors.ts';
import type { Engine } from './engine.ts';
import { withEngineTimeout, engineFull, engineGone, isDiskFull, isMissing, isUnreachable } from './engine.ts';

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
  environment: Readonly<Record<string, string>>;
  /** Kind and name, for the history's header. */
  description: string;
}

/** A tag may be moved to another image, a digest cannot. */
const OFFICIAL_POSTGRES =
  'supabase/postgres:17.6.1.136@sha256:f371b5f3f2ac0a05703f33d6e6134515fb2498cab708fb948a0aeb7481467c00';
const OFFICIAL_REST =
  'postgrest/postgrest:v14.17@sha256:c9dc201e555f5d8e37e7f39cdd4df0229774996e213bfd7de8d10ac609030f2c';

export const postgresImage = (): ImageChoice => choice('RATCHET_POSTGRES_IMAGE', OFFICIAL_POSTGRES);
export const restImage = (): ImageChoice => choice('RATCHET_REST_IMAGE', OFFICIAL_REST);

function choice(variable: string, official: string): ImageChoice {
  const name = process.env[variable] || official;
  return { name, variable, isOfficial: name === official };
}

interface PullOptions {
  onProgress(message: string): void;
  signal: AbortSignal;
}

/** Pulls the image if it is missing. @throws EnvironmentError if that fails */
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
    throw isDiskFull(message) ? engineFull(message, cause) : missing(wanted, cause);
  }
  const pulled = await lookUp(engine, wanted);
  if (!pulled) throw missing(wanted, new Error('it is still missing after the pull'));
  return pulled;
}

/** testcontainers' pull ignores failures that the engine reports in the stream, and the end of the engine. */
async function pull({ docker }: Engine, name: string, signal: AbortSignal): Promise<void> {
  const messages = await docker.pull(name, { abortSignal: signal });
  for await (const line of createInterface({ input: messages })) {
    const { error } = JSON.parse(line || '{}') as { error?: string };
    if (error !== undefined) throw new Error(error);
  }
}

/** Undefined if the image is missing. */
export async function lookUp({ docker }: Engine, { name, isOfficial }: ImageChoice): Promise<Image | undefined> {
  try {
    const { Config: config } = await withEngineTimeout(docker.getImage(name).inspect());
    const kind = isOfficial ? 'official' : config.Labels?.[STAND_IN_LABEL] === undefined ? 'custom' : 'stand-in';
    const entrypoint = config.Entrypoint ?? [];
    return {
      name,
      entrypoint: Array.isArray(entrypoint) ? entrypoint : [entrypoint],
      command: config.Cmd ?? [],
      environment: Object.fromEntries((config.Env ?? []).map(toVariable)),
      description: `${kind} image ${name}`,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `NAME=value`; the value may contain `=`. */
function toVariable(line: string): [string, string] {
  const [name = '', ...value] = line.split('=');
  return [name, value.join('=')];
}

function missing({ name, variable }: ImageChoice, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'image-missing',
    `The image ${name} is missing and could not be pulled: ${(cause as Error).message}`,
    `Try docker pull, set another image in ${variable}, or build stand-ins: node scripts/build-images.ts`,
    cause,
  );
}
