/** Signs the tabs and workers of a run in, as the subject says. */
import type { Operation } from '../async-context.ts';
import { UsageError } from '../errors.ts';
import { credentialsOf, openGivenSession, openSession, type UserSession } from '../gateway/user-session.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster } from '../port/backend.ts';
import type { SignedInUser } from '../port/session.ts';
import type { Subject } from '../port/subject.ts';

/** Actor → the headers with which its requests show who is signed in. */
export type Credentials = ReadonlyMap<string, Readonly<Record<string, string>>>;
/** Actor → the user as whom it is signed in. */
export type SignedInUsers = ReadonlyMap<string, SignedInUser>;

/** @throws UsageError `session-invalid` */
export function usersOf(
  { generations, observers }: Pick<Plan, 'generations' | 'observers'>,
  { session, name }: Pick<Subject, 'session' | 'name'>,
): SignedInUsers {
  const users = new Map<string, SignedInUser>();
  if (session === undefined) return users;
  for (const actor of [...observers.map((observer) => observer.session), ...generations.map(({ worker }) => worker)]) {
    const user = typeof session === 'function' ? session(actor) : session;
    if (user === undefined) continue;
    if (!UUID.test(String(user.userId))) throw invalid(name, actor, user.userId);
    users.set(actor, user);
  }
  return users;
}

/**
 * Makes the users exist, before the rows that refer to them.
 * @param nowMs milliseconds since 1970
 * @throws UsageError `session-unsupported` if an access token is neither given nor can be signed, `session-invalid` if one
 *   that is needed cannot be used
 */
export async function addUsers(cluster: Cluster, users: SignedInUsers, nowMs: number): Promise<void> {
  if (cluster.jwtSecret === undefined) requireTokens(users, nowMs);
  const distinct = new Map([...users.values()].map((user) => [user.userId, user]));
  for (const user of distinct.values()) await cluster.addUser?.(user);
}

function requireTokens(users: SignedInUsers, nowMs: number): void {
  for (const [actor, user] of users) {
    if (user.accessToken === undefined) throw unsupported();
    try {
      openGivenSession(user, nowMs);
    } catch (error) {
      throw refused(actor, error as Error);
    }
  }
}

interface SignInOptions {
  /** Without it, the users have access tokens. */
  jwtSecret: string | undefined;
  supabaseUrl: string;
  /** Milliseconds since 1970. */
  nowMs: number;
}

export function signIn(users: SignedInUsers, options: SignInOptions): Credentials {
  const { supabaseUrl } = options;
  return new Map(
    [...users].map(([actor, user]) => [actor, credentialsOf(user, sessionOf(user, options), supabaseUrl)]),
  );
}

/** Actor → its access token, for a client that runs in its browser. */
export function accessTokensOf(users: SignedInUsers, options: SignInOptions): ReadonlyMap<string, string> {
  return new Map([...users].map(([actor, user]) => [actor, sessionOf(user, options).access_token]));
}

function sessionOf(user: SignedInUser, { jwtSecret, nowMs }: SignInOptions): UserSession {
  return jwtSecret === undefined ? openGivenSession(user, nowMs) : openSession(user, jwtSecret, nowMs);
}

/** Gives a request what its actor's browser would send, and returns the operation with it. */
export function asSignedIn(credentials: Credentials, request: Request, operation: Operation): Operation {
  const own = credentials.get(operation.actor);
  if (own === undefined) return operation;
  for (const [name, value] of Object.entries(own)) request.headers.set(name, value);
  return { ...operation, credentials: own };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function invalid(subject: string, actor: string, userId: unknown): UsageError {
  return new UsageError(
    'session-invalid',
    `the session of ${actor} in the subject ${subject} has the userId ${JSON.stringify(userId)}, which is no uuid`,
    'give the id of a user as in auth.users',
  );
}

function refused(actor: string, { message }: Error): UsageError {
  return new UsageError(
    'session-invalid',
    `the accessToken of ${actor} ${message}`,
    'sign in as the user of `userId`, and give the access token of that session',
  );
}

function unsupported(): UsageError {
  return new UsageError(
    'session-unsupported',
    'the subject has a session, but the JWT secret of the target is not known, so no access token can be signed',
    'set RATCHET_REMOTE_JWT_SECRET, or give the session an accessToken: docs/SESSION.md',
  );
}
