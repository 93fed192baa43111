import { expect, test } from 'vitest';
import { signToken } from './access-token.ts';
import { AccessRefused, accessOf, legacyKey, type Access, type ApiKeys } from './api-access.ts';

const keys: ApiKeys = { publishable: 'sb_publishable_a', secret: 'sb_secret_b', jwtSecret: 'a secret' };
const NOW_S = 1_700_000_000;

function access(apikey: string | null, authorization: string | null = null): Access {
  return accessOf({ apikey, authorization }, keys, () => NOW_S * 1e3);
}

function refusal(apikey: string | null, token: string): unknown {
  try {
    access(apikey, `Bearer ${token}`);
  } catch (error) {
    if (error instanceof AccessRefused) return error.body;
    throw error;
  }
  return undefined;
}

const tokenOf = (claims: object): string => signToken({ role: 'authenticated', sub: 'u', ...claims }, keys.jwtSecret);

test.each([
  ['a publishable key', keys.publishable, 'anon'],
  ['a secret key', keys.secret, 'service_role'],
  ['a legacy key of anon', legacyKey('anon', keys), 'anon'],
  ['a legacy key of the service role', legacyKey('service_role', keys), 'service_role'],
])('%s has its role, also when supabase-js sends it as a token', (_what, key, role) => {
  expect(access(key)).toEqual({ role, claims: { role } });
  expect(access(key, `Bearer ${key}`).role).toBe(role);
});

test("a user's token goes before the key", () => {
  const claims = { role: 'authenticated', sub: 'u', exp: NOW_S + 1 };
  expect(access(keys.secret, `Bearer ${signToken(claims, keys.jwtSecret)}`)).toEqual({ role: 'authenticated', claims });
});

test.each([
  ['no key', null, keys.publishable, { message: 'No API key found in request' }],
  ['a wrong key', 'sb_publishable_c', tokenOf({}), { message: 'Invalid API key' }],
  [
    'a key signed by another project',
    legacyKey('anon', { ...keys, jwtSecret: 'x' }),
    '',
    { message: 'Invalid API key' },
  ],
  ['a token of a user as the key', tokenOf({}), tokenOf({}), { message: 'Invalid API key' }],
  ['an expired token', keys.secret, tokenOf({ exp: NOW_S - 31 }), { code: 'PGRST303', message: 'JWT expired' }],
  ['a token that is not valid yet', keys.secret, tokenOf({ nbf: NOW_S + 31 }), { code: 'PGRST303' }],
  ['a token of the future', keys.secret, tokenOf({ iat: NOW_S + 31 }), { message: 'JWT issued at future' }],
  ['a token of another project', keys.secret, signToken({ sub: 'u' }, 'another'), { code: 'PGRST301' }],
  ['a token that is no JWT', keys.secret, 'abc', { message: 'Expected 3 parts in JWT; got 1' }],
  ['an unsigned token', keys.secret, 'eyJhbGciOiJub25lIn0.e30.', { code: 'PGRST301' }],
])('%s is refused', (_what, apikey, token, body) => {
  expect(refusal(apikey, token)).toMatchObject(body);
});
