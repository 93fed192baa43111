/**
 * The part of Supabase Auth that an application uses for a user who is signed in already, at `/auth/v1`: it keeps no
 * state, because a token says who its user is. Answers and errors are those of Supabase Auth.
 */
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import type { SignedInUser } from '../port/session.ts';
import { readToken, type Claims, type TokenProblem } from './access-token.ts';
import { keyRefused, roleOfKey, userTokenIn, type ApiKeys } from './api-access.ts';
import { openSession, refreshSecret, userOf } from './user-session.ts';

export interface AuthOptions {
  keys: ApiKeys;
  /** Milliseconds since 1970. */
  nowMs(): number;
}

export type AuthHandler = (request: HttpMessage) => HttpAnswer;

const PREFIX = '/auth/v1/';

export function isOfAuth({ url }: Pick<HttpMessage, 'url'>): boolean {
  return url.pathname.startsWith(PREFIX);
}

export function createAuth(options: AuthOptions): AuthHandler {
  return (request) => {
    try {
      return answer(request, options);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const { status, code, message } = error;
      return json(status, { code: status, error_code: code, msg: message });
    }
  };
}

/** An error in the form of Supabase Auth. */
class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function answer(request: HttpMessage, options: AuthOptions): HttpAnswer {
  const { method, url } = request;
  const path = url.pathname.slice(PREFIX.length);
  if (path === '.well-known/jwks.json') return json(200, { keys: [] });
  const apikey = request.headers.get('apikey') ?? url.searchParams.get('apikey');
  if (roleOfKey(apikey, options.keys, options.nowMs) === undefined) {
    return json(401, keyRefused(apikey));
  }
  switch (`${method} ${path}`) {
    case 'GET user':
      return json(200, userOf(claimsIn(request, apikey, options)));
    case 'POST token':
      return refresh(request, options);
    case 'POST logout':
      claimsIn(request, apikey, options);
      return { status: 204, headers: new Headers(), body: '' };
    case 'GET settings':
      return json(200, SETTINGS);
    case 'GET health':
      return json(200, HEALTH);
    default:
      throw new AuthError(
        404,
        'not_found',
        `Ratchet does not serve ${method} ${url.pathname}: its users are signed in`,
      );
  }
}

/** @throws AuthError if the request has no valid access token of a user */
function claimsIn({ headers }: HttpMessage, apikey: string | null, { keys, nowMs }: AuthOptions): Claims {
  const token = userTokenIn(headers.get('authorization'), apikey);
  if (token === undefined) {
    throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  const read = readToken(token, keys.jwtSecret, nowMs());
  if (read.problem !== undefined) throw badToken(read.problem);
  if (typeof read.claims['sub'] !== 'string') throw new AuthError(403, 'bad_jwt', 'invalid claim: missing sub claim');
  return read.claims;
}

function badToken({ code, message }: TokenProblem): AuthError {
  const why =
    code === 'PGRST303'
      ? `token has invalid claims: ${message === 'JWT expired' ? 'token is expired' : 'token is not valid yet'}`
      : message.startsWith('Expected')
        ? 'token is malformed: token contains an invalid number of segments'
        : 'signature is invalid';
  return new AuthError(403, 'bad_jwt', `invalid JWT: unable to parse or verify signature, ${why}`);
}

/** A new session for a refresh token. The token stays valid, so that tabs that share it do not race. */
function refresh({ url, body }: HttpMessage, { keys, nowMs }: AuthOptions): HttpAnswer {
  const grant = url.searchParams.get('grant_type');
  if (grant !== 'refresh_token') {
    throw new AuthError(400, 'invalid_credentials', `Ratchet signs nobody in: the grant type ${grant} is not served`);
  }
  const token = (parsed(body) as { refresh_token?: unknown } | undefined)?.refresh_token;
  const read = readToken(String(token), refreshSecret(keys.jwtSecret), nowMs());
  if (read.problem !== undefined) {
    throw new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
  }
  return json(200, openSession(read.claims['user'] as SignedInUser, keys.jwtSecret, nowMs()));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
  }
}

function json(status: number, body: object): HttpAnswer {
  const headers = new Headers({ 'content-type': 'application/json' });
  return { status, headers, body: JSON.stringify(body) };
}

const HEALTH = {
  version: 'ratchet',
  name: 'GoTrue',
  description: 'GoTrue is a user registration and authentication API',
};

const SETTINGS = {
  external: { email: true, phone: false, anonymous_users: false },
  disable_signup: true,
  mailer_autoconfirm: true,
  phone_autoconfirm: false,
  sms_provider: '',
  saml_enabled: false,
};
