import { createServerClient } from '@supabase/ssr';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../port/message.ts';
import type { SignedInUser } from '../port/session.ts';
import { signToken } from './access-token.ts';
import { legacyKey, type ApiKeys } from './api-access.ts';
import { createAuth } from './auth-endpoints.ts';
import { messageOf, responseOf } from './http-message.ts';
import { credentialsOf, openSession } from './user-session.ts';

const URL_OF_SUPABASE = 'http://127.0.0.1:54321';
const keys: ApiKeys = { publishable: 'sb_publishable_a', secret: 'sb_secret_b', jwtSecret: 'a secret' };
const user: SignedInUser = { userId: '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10', email: 'ana@example.com' };
/** The date of a test is that of this machine, because the client compares its tokens with it. */
const nowMs = (): number => new Date().getTime();
const session = openSession(user, keys.jwtSecret, nowMs());
const auth = createAuth({ keys, nowMs });

const global = {
  fetch: async (...request: Parameters<typeof fetch>) => responseOf(auth(await messageOf(new Request(...request)))),
};

function client(key = keys.publishable): SupabaseClient {
  return createClient(URL_OF_SUPABASE, key, { global, auth: { persistSession: false, autoRefreshToken: false } });
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): HttpAnswer {
  const url = new URL(`${URL_OF_SUPABASE}/auth/v1/${path}`);
  return auth({ method, url, headers: new Headers({ apikey: keys.publishable, ...headers }), body: '{}' });
}

describe("supabase-js's auth client", () => {
  test('gets the user of an access token', async () => {
    const { data, error } = await client().auth.getUser(session.access_token);
    expect(error).toBeNull();
    expect(data.user).toMatchObject({ id: user.userId, email: user.email, role: 'authenticated' });
  });

  test('gets the claims of a token signed with a shared secret', async () => {
    const { data } = await client().auth.getClaims(session.access_token);
    expect(data?.claims).toMatchObject({ sub: user.userId, role: 'authenticated', aal: 'aal1' });
  });

  test('refreshes a session, and signs out', async () => {
    const { auth: own } = client(legacyKey('anon', keys));
    const { data, error } = await own.refreshSession(session);
    expect(error).toBeNull();
    expect(data.user?.id).toBe(user.userId);
    expect((await own.getUser()).data.user?.id).toBe(user.userId);
    expect((await own.signOut()).error).toBeNull();
    expect((await own.getUser()).error?.name).toBe('AuthSessionMissingError');
  });

  test('reads its session from the cookies that a tab sends', async () => {
    const large = openSession(
      { ...user, claims: { user_metadata: { text: 'x'.repeat(4000) } } },
      keys.jwtSecret,
      nowMs(),
    );
    for (const each of [session, large]) {
      const { cookie = '' } = credentialsOf(user, each, URL_OF_SUPABASE);
      const sent = cookie.split('; ').map((pair) => /^(?<name>[^=]+)=(?<value>.*)$/.exec(pair)!.groups!);
      const getAll = () => sent as { name: string; value: string }[];
      const { auth: own } = createServerClient(URL_OF_SUPABASE, keys.publishable, { global, cookies: { getAll } });
      expect((await own.getUser()).data.user?.id).toBe(user.userId);
    }
  });

  test.each([
    ['an expired token', signToken({ sub: user.userId, exp: 1 }, keys.jwtSecret), 'token is expired'],
    ['a token of another project', signToken({ sub: user.userId }, 'another secret'), 'signature is invalid'],
    ['a refresh token', session.refresh_token, 'signature is invalid'],
    ['a token of no user', legacyKey('service_role', keys), 'missing sub claim'],
  ])('is refused with %s, as by Supabase Auth', async (_what, token, why) => {
    const { error } = await client().auth.getUser(token);
    expect(error).toMatchObject({ status: 403, code: 'bad_jwt' });
    expect(error?.message).toContain(why);
  });

  test('is refused with a refresh token that was not issued', async () => {
    const { error } = await client().auth.refreshSession({ refresh_token: session.access_token });
    expect(error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });

  test('cannot sign in: users are signed in already', async () => {
    const { error } = await client().auth.signInWithPassword({ email: 'ana@example.com', password: 'secret' });
    expect(error?.message).toContain('Ratchet signs nobody in');
  });
});

test('without a token of a user, there is no user', () => {
  const { status, body } = ask('user');
  expect(status).toBe(401);
  expect(JSON.parse(body)).toEqual({
    code: 401,
    error_code: 'no_authorization',
    msg: 'This endpoint requires a valid Bearer token',
  });
});

test('the API key is required, except for the public keys', () => {
  expect(ask('user', { apikey: 'sb_publishable_wrong' })).toMatchObject({ status: 401 });
  expect(ask('.well-known/jwks.json', { apikey: '' })).toMatchObject({ status: 200, body: '{"keys":[]}' });
});

test('health and settings are answered, and nothing else', () => {
  expect(JSON.parse(ask('health').body)).toMatchObject({ name: 'GoTrue' });
  expect(JSON.parse(ask('settings').body)).toMatchObject({ disable_signup: true });
  expect(ask('admin/users')).toMatchObject({ status: 404 });
});
