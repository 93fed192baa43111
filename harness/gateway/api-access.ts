/** Who sends a request to Supabase: the role and the claims, from its API key and its access token. */
import { readToken, signToken, type Claims } from './access-token.ts';

export interface ApiKeys {
  /** `sb_publishable_…` */
  publishable: string;
  /** `sb_secret_…` */
  secret: string;
  /** With which access tokens and legacy API keys are signed. */
  jwtSecret: string;
}

/** The keys of a Supabase whose JWT secret is not known. */
export type KeyPair = Omit<ApiKeys, 'jwtSecret'>;

export type KeyRole = 'anon' | 'service_role';

export interface Access {
  /** `anon`, `service_role`, `authenticated`, or another role of an access token. */
  role: string;
  /** `request.jwt.claims`: those of the access token, else the role alone. */
  claims: Claims;
}

/** An answer with status 401. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
  readonly body: Readonly<Record<string, string | null>>;

  constructor(body: Readonly<Record<string, string | null>>) {
    super(String(body['message']));
    this.body = body;
  }
}

/** The role of an API key, also of a legacy one, which is a JWT; `undefined` for an invalid key. */
export function roleOfKey(key: string | null, keys: ApiKeys, nowMs: () => number): KeyRole | undefined {
  if (key === null) return undefined;
  if (key === keys.publishable) return 'anon';
  if (key === keys.secret) return 'service_role';
  if (!key.includes('.')) return undefined;
  const { claims } = { claims: undefined, ...readToken(key, keys.jwtSecret, nowMs()) };
  return claims?.['role'] === 'anon' || claims?.['role'] === 'service_role' ? claims['role'] : undefined;
}

/**
 * A user's token goes before the API key, and must be valid.
 * @param apikey of the header `apikey` or the parameter of that name
 * @param nowMs milliseconds since 1970; called only if there is a token to check
 * @throws AccessRefused
 */
export function accessOf(
  { apikey, authorization }: { apikey: string | null; authorization: string | null },
  keys: ApiKeys,
  nowMs: () => number,
): Access {
  const role = roleOfKey(apikey, keys, nowMs);
  if (role === undefined) throw new AccessRefused(keyRefused(apikey));
  const token = userTokenIn(authorization, apikey);
  if (token === undefined) return ACCESS_OF_KEY[role];
  const read = readToken(token, keys.jwtSecret, nowMs());
  if (read.problem !== undefined) throw new AccessRefused({ hint: null, ...read.problem });
  const named = read.claims['role'];
  return { role: typeof named === 'string' ? named : 'anon', claims: read.claims };
}

/** The token of a user; `undefined` if the header has an API key, or is not `Bearer`. */
export function userTokenIn(authorization: string | null, apikey: string | null): string | undefined {
  if (authorization === null) return undefined;
  const token = /^Bearer\s+(.+)$/i.exec(authorization)?.[1];
  return token === undefined || token === apikey || token.startsWith('sb_') ? undefined : token;
}

/** The keys of every local project of Supabase's CLI, which are public. */
export const CLI_KEYS: ApiKeys = {
  publishable: 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH',
  secret: 'sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz',
  jwtSecret: 'super-secret-jwt-token-with-at-least-32-characters-long',
};

/** API keys in the earlier format, which Supabase still accepts. They expire in 2032, like those of its CLI. */
export function legacyKey(role: KeyRole, { jwtSecret }: Pick<ApiKeys, 'jwtSecret'>): string {
  return signToken({ iss: 'supabase-demo', role, exp: 1_983_812_996 }, jwtSecret);
}

/** The body of the answer to a missing or invalid API key. */
export function keyRefused(apikey: string | null): { message: string; hint: string } {
  return apikey === null
    ? { message: 'No API key found in request', hint: 'No `apikey` request header or url param was found.' }
    : { message: 'Invalid API key', hint: 'Double check your Supabase `apikey`' };
}

const ACCESS_OF_KEY: Readonly<Record<KeyRole, Access>> = {
  anon: { role: 'anon', claims: { role: 'anon' } },
  service_role: { role: 'service_role', claims: { role: 'service_role' } },
};
