/** Puts Supabase Auth beside the databases: its requests are neither routed nor counted, and no fault applies to them. */
import type { Cluster } from '../port/backend.ts';
import { createAuth, isOfAuth, type AuthOptions } from './auth-endpoints.ts';
import type { ServedGateway } from './gateway-server.ts';
import { keyCheck } from './key-check.ts';

/** @param cluster without a JWT secret, it has no Auth, and its REST layer alone checks the keys */
export function withAuth(
  gateway: ServedGateway,
  { publishableKey, secretKey, jwtSecret }: Pick<Cluster, 'publishableKey' | 'secretKey' | 'jwtSecret'>,
  nowMs: AuthOptions['nowMs'],
): ServedGateway {
  if (jwtSecret === undefined) return gateway;
  const keys = { publishable: publishableKey, secret: secretKey, jwtSecret };
  const auth = createAuth({ keys, nowMs });
  return {
    handle: (request) => (isOfAuth(request) ? auth(request) : gateway.handle(request)),
    refuseKey: keyCheck(keys, nowMs),
  };
}
