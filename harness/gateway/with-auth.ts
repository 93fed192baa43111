/** Puts Supabase Auth beside the databases: its requests are neither routed nor counted, and no fault applies to them. */
import type { Cluster } from '../port/backend.ts';
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import { createAuth, isOfAuth, type AuthOptions } from './auth-endpoints.ts';
import { gatewayError } from './gateway-error.ts';
import type { ServedGateway } from './gateway-server.ts';
import { keyCheck } from './key-check.ts';

/** @param cluster without a JWT secret, its REST layer and its Auth, if it has one, alone check the keys */
export function withAuth(
  gateway: ServedGateway,
  { publishableKey, secretKey, jwtSecret, auth: ofTarget }: AuthCluster,
  nowMs: AuthOptions['nowMs'],
): ServedGateway {
  if (jwtSecret === undefined) {
    if (ofTarget === undefined) return gateway;
    const ask = async (request: HttpMessage): Promise<HttpAnswer> =>
      ofTarget(request).catch((error: Error) => gatewayError(503, `Auth cannot be reached: ${error.message}`));
    return { handle: (request) => (isOfAuth(request) ? ask(request) : gateway.handle(request)) };
  }
  const keys = { publishable: publishableKey, secret: secretKey, jwtSecret };
  const auth = createAuth({ keys, nowMs });
  return {
    handle: (request) => (isOfAuth(request) ? auth(request) : gateway.handle(request)),
    refuseKey: keyCheck(keys, nowMs),
  };
}

type AuthCluster = Pick<Cluster, 'publishableKey' | 'secretKey' | 'jwtSecret' | 'auth'>;
