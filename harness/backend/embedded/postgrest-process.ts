/** A PostgREST process for one server: start, requests through its UNIX socket, schema reload, stop. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { lastLines } from '../postgres/last-lines.ts';
import { PostgrestKeys, postgrestSettings } from '../postgres/postgrest-keys.ts';
import { SERVER_ENVIRONMENT } from './short-lived-program.ts';
import { SOCKET_PORT } from '../postgres/connect.ts';
import { sendRequest } from '../postgres/http-client.ts';
import type { RestNode, RestNodeOptions } from '../postgres/rest-node.ts';

const CONNECTIONS = 24;
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 2000;
const LOG_CHARACTERS = 4000;

export class PostgrestProcess implements RestNode {
  readonly #path: string;
  readonly #options: RestNodeOptions;
  readonly #socket: string;
  readonly #socketDirectory: string;
  readonly #keys: PostgrestKeys;
  #child: ChildProcess | undefined;
  #ended: Promise<void> | undefined;
  #death: EnvironmentError | undefined;
  #closing = false;
  #log = '';

  constructor(path: string, options: RestNodeOptions) {
    this.#path = path;
    this.#options = options;
    this.#socketDirectory = dirname((options.address.at as { path: string }).path);
    this.#socket = join(this.#socketDirectory, 'rest.sock');
    this.#keys = new PostgrestKeys(options.keys);
  }

  async warmUp(): Promise<void> {
    this.#launch();
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.#isReady())) {
      if (this.#closing) return;
      if (this.#death) throw this.#death;
      if (performance.now() > deadline) throw this.#failure('was not ready in time');
      await sleep(10);
    }
  }

  async fetch(request: Request): Promise<Response> {
    const translated = await this.#keys.translate(request);
    return translated instanceof Response ? translated : sendRequest({ path: this.#socket }, translated);
  }

  async schemaChanged(): Promise<void> {
    this.#child?.kill('SIGUSR1');
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#child) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #launch(): void {
    const env = { ...SERVER_ENVIRONMENT, ...this.#settings() };
    const child = spawn(this.#path, [], { env, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    if (child.pid !== undefined) this.#options.watch(child.pid);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_CHARACTERS);
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#death ??= this.#failure(how);
        if (!this.#closing) this.#options.onFailure(this.#death);
        resolve();
      };
      child.on('error', (error) => end(`could not be started: ${error.message}`));
      child.on('close', (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
    });
  }

  #settings(): Record<string, string> {
    const host = encodeURIComponent(this.#socketDirectory);
    return {
      ...postgrestSettings(
        `postgres://authenticator@/postgres?host=${host}&port=${SOCKET_PORT}`,
        this.#keys.jwtSecret,
        CONNECTIONS,
      ),
      PGRST_SERVER_UNIX_SOCKET: this.#socket,
      PGRST_SERVER_UNIX_SOCKET_MODE: '600',
    };
  }

  async #isReady(): Promise<boolean> {
    const headers = new Headers({ authorization: `Bearer ${this.#keys.token('service_role')}` });
    const answer = sendRequest({ path: this.#socket }, { method: 'HEAD', path: '/', headers });
    const response = await answer.catch(() => undefined);
    return response !== undefined && response.status < 500;
  }

  #failure(how: string): EnvironmentError {
    return new EnvironmentError(
      'embedded-postgrest-died',
      `PostgREST of ${this.#options.name} ${how}: ${lastLines(this.#log, 3) || 'its log is empty'}`,
      `Check ${this.#path}, or unset RATCHET_POSTGREST to use the built-in REST layer.`,
    );
  }
}
