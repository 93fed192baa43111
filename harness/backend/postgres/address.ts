/** Where a server listens, and as whom we speak to it. */
import { dirname } from 'node:path';

export interface Address {
  /** A UNIX socket's path, or a host and its port. */
  at: { path: string } | { host: string; port: number };
  user: string;
  /** Empty where the server asks for none. */
  password: string;
}

export const DATABASE = 'postgres';

/** The address as clients of PostgreSQL take it; a socket's directory as libpq and what follows it do. */
export function urlOf({ at, user, password }: Address): string {
  const login = password === '' ? user : `${user}:${encodeURIComponent(password)}`;
  if ('path' in at) return `postgresql://${login}@localhost/${DATABASE}?host=${dirname(at.path)}`;
  return `postgresql://${login}@${at.host}:${at.port}/${DATABASE}`;
}
