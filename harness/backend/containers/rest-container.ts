/** PostgREST in a container for one database, as in Supabase itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { sendRequest } from '../postgres/http-client.ts';
import type { Keys } from '../postgres/api-keys.ts';
import { PostgrestKeys, postgrestSettings } from '../postgres/postgrest-keys.ts';
import type { RestNode } from '../postgres/rest-node.ts';
import { required } from '../../required.ts';
import type { ContainerOptions, RunningContainer } from './container.ts';
import { startContainer } from './container.ts';
import { POSTGRES_PORT } from './database-container.ts';
import type { Image } from './images.ts';

export interface RestContainerOptions extends Pick<ContainerOptions, 'engine' | 'run' | 'networks' | 'onDeath'> {
  image: Image;
  /** Name of its database. */
  database: string;
  /** Password of the role `authenticator`. */
  password: string;
  keys: Keys;
  signal: AbortSignal;
}

const CONNECTIONS = 24;
const PORT = 3000;
const READY_WITHIN_MS = 60_000;
const READY_POLL_MS = 20;

export class RestContainer implements RestNode {
  readonly #options: RestContainerOptions;
  readonly #keys: PostgrestKeys;
  #container: RunningContainer | undefined;

  constructor(options: RestContainerOptions) {
    this.#options = options;
    this.#keys = new PostgrestKeys(options.keys);
  }

  /** Starts the container. Done only now because PostgREST retries ever more slowly until its database is up. */
  async warmUp(): Promise<void> {
    const { database, image, password, signal } = this.#options;
    const uri = `postgres://authenticator:${password}@${database}:${POSTGRES_PORT}/postgres`;
    const container = await startContainer({
      ...this.#options,
      name: `${database}-rest`,
      image: image.name,
      ...(image.entrypoint.length > 0 ? { entrypoint: image.entrypoint } : {}),
      command: image.command,
      environment: postgrestSettings(uri, this.#keys.jwtSecret, CONNECTIONS),
      port: PORT,
    });
    this.#container = container;
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.#isReady(container))) {
      signal.throwIfAborted();
      if (performance.now() > deadline) throw notReady(database, await container.lastLogLines());
      await sleep(READY_POLL_MS);
    }
  }

  async fetch(request: Request): Promise<Response> {
    const translated = await this.#keys.translate(request);
    return translated instanceof Response
      ? translated
      : sendRequest(required(this.#container, 'the container of the REST layer').at, translated);
  }

  async schemaChanged(): Promise<void> {
    await this.#container?.signal('SIGUSR1');
  }

  /** The container is removed with all others of the run. */
  async close(): Promise<void> {}

  async #isReady({ at }: RunningContainer): Promise<boolean> {
    const headers = new Headers({ authorization: `Bearer ${this.#keys.token('service_role')}` });
    const response = await sendRequest(at, { method: 'HEAD', path: '/', headers }).catch(() => undefined);
    return response !== undefined && response.status < 500;
  }
}

function notReady(database: string, lastLogLines: string): EnvironmentError {
  return new EnvironmentError(
    'container-not-ready',
    `The REST layer of ${database} was not ready within ${READY_WITHIN_MS / 1000} s: ${lastLogLines}`,
  );
}
