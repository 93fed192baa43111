/** What Supabase's API gateway does before PostgREST: a key becomes a token of the role that it stands for. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Keys, Role } from './api-keys.ts';
import { roleOf } from './api-keys.ts';

const PREFIX = /^\/rest\/v1(?=\/|$)/;

export interface PostgrestRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Headers;
  body: ArrayBuffer;
}

/** Of one PostgREST; its secret is known to nobody else, unless it is given. */
export class PostgrestKeys {
  readonly jwtSecret: string;
  readonly #keys: Keys;

  constructor(keys: Keys, jwtSecret: string = randomBytes(32).toString('hex')) {
    this.#keys = keys;
    this.jwtSecret = jwtSecret;
  }

  /** The request as PostgREST wants it, or the answer that it does not get that far. */
  async translate(request: Request): Promise<PostgrestRequest | Response> {
    const url = new URL(request.url);
    const key = request.headers.get('apikey') ?? url.searchParams.get('apikey');
    const role = roleOf(key, this.#keys);
    if (role === undefined) return unauthorized(key);
    const headers = new Headers(request.headers);
    const bearer = headers.get('authorization')?.replace(/^Bearer\s+/i, '');
    // A user's own token goes through; a key stands for its role.
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

/** What PostgREST is configured with, wherever it runs. */
export function postgrestSettings(databaseUri: string, jwtSecret: string, connections: number): Record<string, string> {
  return {
    PGRST_DB_URI: databaseUri,
    PGRST_DB_SCHEMAS: 'public',
    PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_POOL: String(connections),
    PGRST_DB_MAX_ROWS: '1000',
    PGRST_DB_CONFIG: 'false',
    // A standby cannot LISTEN; all are told of changes by a signal.
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
