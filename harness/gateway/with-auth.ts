/** Puts Supabase Auth beside the databases: its requests are neither routed nor counted, and no fault applies to them. */
import type { Cluster } from '../port/backend.ts';
import { createAuth, isOfAuth, type AuthOptions } from './auth-endpoints.ts';
import type { Gateway } from './gateway.ts';

/** @param cluster without a JWT secret, it has no Auth */
export function withAuth(
  gateway: Pick<Gateway, 'handle'>,
  { publishableKey, secretKey, jwtSecret }: Pick<Cluster, 'publishableKey' | 'secretKey' | 'jwtSecret'>,
  nowMs: AuthOptions['nowMs'],
): Pick<Gateway, 'handle'> {
  if (jwtSecret === undefined) return gateway;
  const auth = createAuth({ keys: { publishable: publishableKey, secret: secretKey, jwtSecret }, nowMs });
  return { handle: (request) => (isOfAuth(request) ? auth(request) : gateway.handle(request)) };
}
