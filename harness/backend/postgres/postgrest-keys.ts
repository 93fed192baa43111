/** Does what Supabase's API gateway does in front of PostgREST: replaces an API key by a token of its role. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Keys, Role } from './api-keys.ts';
import { roleOf } from './api-keys.ts';

const PREFIX = /^\/rest\/v1(?=\/|$)/;

export interface PostgrestRequest {
  method: string;
  /** Path with the query string. */
  path: string;
  headers: Headers;
  body: ArrayBuffer;
}

/** The keys for one PostgREST. Its JWT secret is random unless it is given. */
export class PostgrestKeys {
  readonly jwtSecret: string;
  readonly #keys: Keys;

  constructor(keys: Keys, jwtSecret: string = randomBytes(32).toString('hex')) {
    this.#keys = keys;
    this.jwtSecret = jwtSecret;
  }

  /** The request for PostgREST, or the error response if the key is invalid. */
  async translate(request: Request): Promise<PostgrestRequest | Response> {
    const url = new URL(request.url);
    const key = request.headers.get('apikey') ?? url.searchParams.get('apikey');
    const role = roleOf(key, this.#keys);
    if (role === undefined) return unauthorized(key);
    const headers = new Headers(request.headers);
    const bearer = headers.get('authorization')?.replace(/^Bearer\s+/i, '');
    // A user's token is passed on; an API key is replaced by a token of its role.
    if (bearer === undefined || bearer === key || bearer.startsWith('sb_')) {
      headers.set('authorization', `Bearer ${this.token(role)}`);
    }
    headers.delete('apikey');
    url.searchParams.delete('apikey');
    const path = `${url.pathname.replace(PREFIX, '') || '/'}${url.search}`;
    return { method: request.method, path, headers, body: await request.arrayBuffer() };
  }

  token(role: Role): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ role })}`;
    return `${signed}.${createHmac('sha256', this.jwtSecret).update(signed).digest('base64url')}`;
  }
}

/** PostgREST's configuration, the same in a process and in a container. */
export function postgrestSettings(databaseUri: string, jwtSecret: string, connections: number): Record<string, string> {
  return {
    PGRST_DB_URI: databaseUri,
    PGRST_DB_SCHEMAS: 'public',
    PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_POOL: String(connections),
    PGRST_DB_MAX_ROWS: '1000',
    PGRST_DB_CONFIG: 'false',
    // A standby cannot LISTEN, so all are notified of schema changes by a signal.
    PGRST_DB_CHANNEL_ENABLED: 'false',
    PGRST_JWT_SECRET: jwtSecret,
    PGRST_LOG_LEVEL: 'error',
  };
}

function unauthorized(key: string | null): Response {
  const body =
    key === null
      ? { message: 'No API key found in request', hint: 'No `apikey` request header or url param was found.' }
      : { message: 'Invalid API key', hint: 'Double check your Supabase `apikey`' };
  return Response.json(body, { status: 401 });
}
