/** By which key and token a channel acts: what its user may see is what the REST layer shows to the same headers. */
import { AccessRefused, accessOf, type Access, type ApiKeys } from '../gateway/api-access.ts';

export interface AccessToken extends Access {
  apikey: string;
  /** Without one, the role is that of the key. */
  token: string | undefined;
  /** When the token expires, in milliseconds since 1970; `undefined`: never. */
  expiresAtMs: number | undefined;
}

/** @throws AccessRefused */
export function accessOfChannel(
  apikey: string,
  token: string | undefined,
  keys: ApiKeys,
  nowMs: () => number,
): AccessToken {
  const authorization = token === undefined ? null : `Bearer ${token}`;
  const access = accessOf({ apikey, authorization }, keys, nowMs);
  const expires = access.claims['exp'];
  const isOfUser = token !== undefined && typeof expires === 'number';
  return { ...access, apikey, token, expiresAtMs: isOfUser ? expires * 1e3 : undefined };
}

export { AccessRefused };
