/** Signs the tabs and workers of a run in, as the subject says. */
import type { Operation } from '../async-context.ts';
import { UsageError } from '../errors.ts';
import { credentialsOf, openSession } from '../gateway/user-session.ts';
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
 * @throws UsageError `session-unsupported` if the JWT secret of the databases is not known
 */
export async function addUsers(cluster: Cluster, users: SignedInUsers): Promise<void> {
  if (users.size > 0 && cluster.jwtSecret === undefined) throw unsupported();
  const distinct = new Map([...users.values()].map((user) => [user.userId, user]));
  for (const user of distinct.values()) await cluster.addUser?.(user);
}

/** @param nowMs milliseconds since 1970 */
export function signIn(
  users: SignedInUsers,
  { jwtSecret = '', supabaseUrl, nowMs }: { jwtSecret: string | undefined; supabaseUrl: string; nowMs: number },
): Credentials {
  return new Map(
    [...users].map(([actor, user]) => [actor, credentialsOf(user, openSession(user, jwtSecret, nowMs), supabaseUrl)]),
  );
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

function unsupported(): UsageError {
  return new UsageError(
    'session-unsupported',
    'the subject has a session, but the JWT secret of the target is not known, so no access token can be signed',
    'set RATCHET_REMOTE_JWT_SECRET to the secret by which the target verifies tokens: docs/SESSION.md',
  );
}
