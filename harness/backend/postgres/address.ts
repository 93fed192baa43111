/** Where a server listens, and the user to connect as. */
import { dirname } from 'node:path';

export interface Address {
  /** Path of a UNIX socket, or host and port. */
  at: { path: string } | { host: string; port: number };
  user: string;
  /** Empty if the server requires none. */
  password: string;
}

export const DATABASE = 'postgres';

/** The address as a connection URL. For a UNIX socket it contains the directory, in libpq's form. */
export function urlOf({ at, user, password }: Address): string {
  const login = password === '' ? user : `${user}:${encodeURIComponent(password)}`;
  if ('path' in at) return `postgresql://${login}@localhost/${DATABASE}?host=${dirname(at.path)}`;
  return `postgresql://${login}@${at.host}:${at.port}/${DATABASE}`;
}
