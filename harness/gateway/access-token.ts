/** Access tokens as Supabase issues them: JWTs signed with HS256. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The payload of a token. Times are in seconds. */
export type Claims = Readonly<Record<string, unknown>>;

/** Why a token is not accepted, in PostgREST's terms. */
export interface TokenProblem {
  code: 'PGRST301' | 'PGRST303';
  message: string;
  details: string | null;
}

/** PostgREST's allowance for clocks that differ. */
const LEEWAY_S = 30;
const HEADER = encoded({ alg: 'HS256', typ: 'JWT' });

export function signToken(claims: Claims, secret: string): string {
  const signed = `${HEADER}.${encoded(claims)}`;
  return `${signed}.${signatureOf(signed, secret).toString('base64url')}`;
}

/** @param nowMs milliseconds since 1970 */
export function readToken(
  token: string,
  secret: string,
  nowMs: number,
): { claims: Claims; problem?: undefined } | { problem: TokenProblem } {
  const parts = token.split('.');
  if (parts.length !== 3) {
    return { problem: { code: 'PGRST301', message: `Expected 3 parts in JWT; got ${parts.length}`, details: null } };
  }
  const claims = payloadOf(parts, secret);
  if (claims === undefined) return { problem: UNKNOWN_KEY };
  const nowS = nowMs / 1e3;
  const { exp, nbf, iat } = claims;
  if (typeof exp === 'number' && exp + LEEWAY_S <= nowS) return { problem: invalid('JWT expired') };
  if (typeof nbf === 'number' && nbf - LEEWAY_S > nowS) return { problem: invalid('JWT not yet valid') };
  if (typeof iat === 'number' && iat - LEEWAY_S > nowS) return { problem: invalid('JWT issued at future') };
  return { claims };
}

/** The claims of a token of any algorithm, which nothing proves; `undefined` if it is not a JWT. */
export function unverifiedClaims(token: string): Claims | undefined {
  const [, payload = '', signature] = token.split('.');
  return signature === undefined ? undefined : decoded(payload);
}

const UNKNOWN_KEY: TokenProblem = {
  code: 'PGRST301',
  message: 'No suitable key or wrong key type',
  details: 'None of the keys was able to decode the JWT',
};

function invalid(message: string): TokenProblem {
  return { code: 'PGRST303', message, details: null };
}

/** `undefined` if the token is not signed with this secret. */
function payloadOf([header = '', payload = '', signature = '']: readonly string[], secret: string): Claims | undefined {
  if (decoded(header)?.['alg'] !== 'HS256') return undefined;
  const mine = signatureOf(`${header}.${payload}`, secret);
  const theirs = Buffer.from(signature, 'base64url');
  if (theirs.length !== mine.length || !timingSafeEqual(theirs, mine)) return undefined;
  return decoded(payload);
}

function signatureOf(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
