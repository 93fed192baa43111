/** API keys of a cluster, in Supabase's format, and the role of each. */
import { randomBytes } from 'node:crypto';

export interface Keys {
  publishable: string;
  secret: string;
}

export function makeKeys(): Keys {
  const body = (): string =>
    `${randomBytes(17).toString('base64url').slice(0, 22)}_${randomBytes(6).toString('base64url')}`;
  return { publishable: `sb_publishable_${body()}`, secret: `sb_secret_${body()}` };
}

export type Role = 'anon' | 'service_role';

export function roleOf(key: string | null, keys: Keys): Role | undefined {
  if (key === keys.publishable) return 'anon';
  return key === keys.secret ? 'service_role' : undefined;
}
