/** Sessions as Supabase Auth issues them, and the ways in which a browser sends them. */
import { createHash } from 'node:crypto';
import type { SignedInUser } from '../port/session.ts';
import { signToken, unverifiedClaims, type Claims } from './access-token.ts';

/** How long an access token is valid, as by default in Supabase. */
const EXPIRES_IN_S = 3600;
/** The size of a cookie of `@supabase/ssr`, after encoding. */
const CHUNK_LENGTH = 3180;

export interface UserSession {
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
  expires_at: number;
  refresh_token: string;
  user: object;
}

/** @param nowMs milliseconds since 1970 */
export function openSession(user: SignedInUser, jwtSecret: string, nowMs: number): UserSession {
  const issuedAt = Math.floor(nowMs / 1e3);
  const claims = claimsOf(user, issuedAt);
  return {
    access_token: signToken(claims, jwtSecret),
    token_type: 'bearer',
    expires_in: EXPIRES_IN_S,
    expires_at: issuedAt + EXPIRES_IN_S,
    // It names the user, so that no list of sessions is needed.
    refresh_token: signToken({ user }, refreshSecret(jwtSecret)),
    user: userOf(claims),
  };
}

/**
 * The session of a user whose access token is given.
 * @throws Error if the token is not a JWT, is of another user, or has expired
 */
export function openGivenSession({ userId, accessToken = '' }: SignedInUser, nowMs: number): UserSession {
  const claims = unverifiedClaims(accessToken);
  if (claims === undefined) throw new Error('is not a JWT');
  if (claims['sub'] !== userId) throw new Error(`is of the user ${String(claims['sub'])}`);
  const expiresAt = Number(claims['exp'] ?? Infinity);
  if (expiresAt <= nowMs / 1e3) throw new Error(`expired at ${new Date(expiresAt * 1e3).toISOString()}`);
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: Math.floor(expiresAt - nowMs / 1e3),
    expires_at: expiresAt,
    // There is none: the token is not refreshed.
    refresh_token: '',
    user: userOf(claims),
  };
}

/** Refresh tokens have a secret of their own: none is valid as an access token. */
export function refreshSecret(jwtSecret: string): string {
  return `${jwtSecret}/refresh`;
}

/** The user object of Supabase Auth for the claims of an access token. */
export function userOf(claims: Claims): object {
  const signedInAt = new Date(Number(claims['iat'] ?? 0) * 1e3).toISOString();
  return {
    id: claims['sub'],
    aud: claims['aud'] ?? 'authenticated',
    role: claims['role'],
    email: claims['email'] ?? '',
    email_confirmed_at: signedInAt,
    phone: claims['phone'] ?? '',
    confirmed_at: signedInAt,
    last_sign_in_at: signedInAt,
    app_metadata: claims['app_metadata'] ?? {},
    user_metadata: claims['user_metadata'] ?? {},
    identities: [],
    created_at: signedInAt,
    updated_at: signedInAt,
    is_anonymous: claims['is_anonymous'] ?? false,
  };
}

/**
 * The headers with which the user's browser asks the application.
 * @param supabaseUrl names the cookie, as in supabase-js: `sb-<first label of the host>-auth-token`
 */
export function credentialsOf(
  user: SignedInUser,
  session: UserSession,
  supabaseUrl: string,
): Readonly<Record<string, string>> {
  const { sentAs = 'both' } = user;
  return {
    ...(sentAs === 'cookie' ? {} : { authorization: `Bearer ${session.access_token}` }),
    ...(sentAs === 'bearer' ? {} : { cookie: cookieOf(session, supabaseUrl) }),
  };
}

function cookieOf(session: UserSession, supabaseUrl: string): string {
  const name = `sb-${new URL(supabaseUrl).hostname.split('.')[0]}-auth-token`;
  const value = `base64-${Buffer.from(JSON.stringify(session)).toString('base64url')}`;
  if (value.length <= CHUNK_LENGTH) return `${name}=${value}`;
  const chunks = value.match(new RegExp(`.{1,${CHUNK_LENGTH}}`, 'g')) ?? [];
  return chunks.map((chunk, at) => `${name}.${at}=${chunk}`).join('; ');
}

function claimsOf({ userId, role = 'authenticated', email, claims }: SignedInUser, issuedAt: number): Claims {
  return {
    iss: 'supabase',
    sub: userId,
    aud: 'authenticated',
    iat: issuedAt,
    exp: issuedAt + EXPIRES_IN_S,
    email: email ?? '',
    phone: '',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: {},
    role,
    aal: 'aal1',
    amr: [{ method: 'password', timestamp: issuedAt }],
    session_id: uuidFrom(userId),
    is_anonymous: false,
    ...claims,
  };
}

/** The same uuid for the same text. */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
