/** API keys of a cluster, in Supabase's format. */
import { randomBytes } from 'node:crypto';
import type { ApiKeys } from '../../gateway/api-access.ts';

export type Keys = ApiKeys;

export function makeKeys(): Keys {
  const body = (): string =>
    `${randomBytes(17).toString('base64url').slice(0, 22)}_${randomBytes(6).toString('base64url')}`;
  return {
    publishable: `sb_publishable_${body()}`,
    secret: `sb_secret_${body()}`,
    jwtSecret: randomBytes(32).toString('hex'),
  };
}
