/** One PostgREST before one server: started, asked through its UNIX socket, reloaded, stopped. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { SERVER_ENVIRONMENT, lastLines } from './command.ts';
import { SOCKET_PORT } from './connect.ts';
import { askThroughSocket } from './http-socket.ts';
import type { Role } from './keys.ts';
import { roleOf } from './keys.ts';
import type { RestNode, RestNodeOptions } from './rest.ts';

const CONNECTIONS = 24;
const READY_WITHIN_MS = 20_000;
const STOP_PATIENCE_MS = 2000;
const LOG_CHARACTERS = 4000;
const PREFIX = /^\/rest\/v1(?=\/|$)/;

export class PostgrestProcess implements RestNode {
  readonly #path: string;
  readonly #options: RestNodeOptions;
  readonly #socket: string;
  readonly #jwtSecret = randomBytes(32).toString('hex');
  #child: ChildProcess | undefined;
  #ended: Promise<void> | undefined;
  #death: EnvironmentError | undefined;
  #closing = false;
  #log = '';

  constructor(path: string, options: RestNodeOptions) {
    this.#path = path;
    this.#options = options;
    this.#socket = join(options.socketDirectory, 'rest.sock');
  }

  async warmUp(): Promise<void> {
    this.#launch();
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.#isReady())) {
      if (this.#closing) return;
      if (this.#death) throw this.#death;
      if (performance.now() > deadline) throw this.#failure('did not get ready in time');
      await sleep(10);
    }
  }

  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const key = request.headers.get('apikey') ?? url.searchParams.get('apikey');
    const role = roleOf(key, this.#options.keys);
    if (role === undefined) return unauthorized(key);
    const headers = new Headers(request.headers);
    const bearer = headers.get('authorization')?.replace(/^Bearer\s+/i, '');
    // A user's own token goes through; a key stands for its role.
    if (bearer === undefined || bearer === key || bearer.startsWith('sb_')) {
      headers.set('authorization', `Bearer ${this.#token(role)}`);
    }
    headers.delete('apikey');
    url.searchParams.delete('apikey');
    const path = `${url.pathname.replace(PREFIX, '') || '/'}${url.search}`;
    return askThroughSocket(this.#socket, { method: request.method, path, headers, body: await request.arrayBuffer() });
  }

  async schemaChanged(): Promise<void> {
    this.#child?.kill('SIGUSR1');
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#child) return;
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_PATIENCE_MS);
    await this.#ended;
    clearTimeout(patience);
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
    const { socketDirectory } = this.#options;
    return {
      PGRST_DB_URI: `postgres://authenticator@/postgres?host=${encodeURIComponent(socketDirectory)}&port=${SOCKET_PORT}`,
      PGRST_DB_SCHEMAS: 'public',
      PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
      PGRST_DB_ANON_ROLE: 'anon',
      PGRST_DB_POOL: String(CONNECTIONS),
      PGRST_DB_MAX_ROWS: '1000',
      PGRST_DB_CONFIG: 'false',
      // A standby cannot LISTEN; both are told of changes by a signal.
      PGRST_DB_CHANNEL_ENABLED: 'false',
      PGRST_JWT_SECRET: this.#jwtSecret,
      PGRST_LOG_LEVEL: 'error',
      PGRST_SERVER_UNIX_SOCKET: this.#socket,
      PGRST_SERVER_UNIX_SOCKET_MODE: '600',
    };
  }

  async #isReady(): Promise<boolean> {
    const headers = new Headers({ authorization: `Bearer ${this.#token('service_role')}` });
    const asked = askThroughSocket(this.#socket, { method: 'HEAD', path: '/', headers });
    const response = await asked.catch(() => undefined);
    return response !== undefined && response.status < 500;
  }

  #token(role: Role): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ role })}`;
    return `${signed}.${createHmac('sha256', this.#jwtSecret).update(signed).digest('base64url')}`;
  }

  #failure(how: string): EnvironmentError {
    return new EnvironmentError(
      'embedded-postgrest-died',
      `PostgREST before ${this.#options.name} ${how}: ${lastLines(this.#log, 3) || 'it said nothing'}`,
      `Check ${this.#path}, or unset RATCHET_POSTGREST to use the REST layer that comes along.`,
    );
  }
}

function unauthorized(key: string | null): Response {
  const body =
    key === null
      ? { message: 'No API key found in request', hint: 'No `apikey` request header or url param was found.' }
      : { message: 'Invalid API key', hint: 'Double check your Supabase `apikey`' };
  return Response.json(body, { status: 401 });
}
