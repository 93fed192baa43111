/** Does what Supabase's API gateway does in front of PostgREST: replaces an API key by a token of its role. */
import { signToken } from '../../gateway/access-token.ts';
import { keyRefused, roleOfKey, userTokenIn, type KeyRole } from '../../gateway/api-access.ts';
import type { Keys } from './api-keys.ts';

const PREFIX = /^\/rest\/v1(?=\/|$)/;

export interface PostgrestRequest {
  method: string;
  /** Path with the query string. */
  path: string;
  headers: Headers;
  body: ArrayBuffer;
}

/** The keys for one PostgREST. */
export class PostgrestKeys {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  get jwtSecret(): string {
    return this.#keys.jwtSecret;
  }

  /** The request for PostgREST, or the error response if the key is invalid. */
  async translate(request: Request): Promise<PostgrestRequest | Response> {
    const url = new URL(request.url);
    const apikey = request.headers.get('apikey') ?? url.searchParams.get('apikey');
    const authorization = request.headers.get('authorization');
    const role = roleOfKey(apikey, this.#keys, Date.now);
    if (role === undefined) return unauthorized(apikey);
    const headers = new Headers(request.headers);
    // A user's token is passed on; an API key is replaced by a token of its role.
    if (userTokenIn(authorization, apikey) === undefined) headers.set('authorization', `Bearer ${this.token(role)}`);
    headers.delete('apikey');
    url.searchParams.delete('apikey');
    const path = `${url.pathname.replace(PREFIX, '') || '/'}${url.search}`;
    return { method: request.method, path, headers, body: await request.arrayBuffer() };
  }

  token(role: KeyRole): string {
    return signToken({ role }, this.#keys.jwtSecret);
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

function unauthorized(apikey: string | null): Response {
  return Response.json(keyRefused(apikey), { status: 401 });
}
