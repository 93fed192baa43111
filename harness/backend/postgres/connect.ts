/** Connections of the harness to a server. */
import { dirname } from 'node:path';
import postgres from 'postgres';
import type { Address } from './address.ts';
import { DATABASE } from './address.ts';
import { arrayTypes } from './pg-arrays.ts';

/** For a UNIX socket, the port only determines the file name. */
export const SOCKET_PORT = 5432;

export function socketPath(socketDirectory: string, port = SOCKET_PORT): string {
  return `${socketDirectory}/.s.PGSQL.${port}`;
}

/** Options for postgres.js under which no PG* variable of the user's environment has an effect. */
export function connectionOptions({ at, user, password }: Address, max: number): postgres.Options<{}> {
  const where = 'path' in at ? { host: dirname(at.path), port: SOCKET_PORT, path: at.path } : at;
  return {
    ...where,
    database: DATABASE,
    user,
    password,
    ssl: false,
    max,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    backoff: false,
    fetch_types: false,
    types: arrayTypes(),
    onnotice: () => {},
  };
}

export function connectTo(address: Address, max: number): postgres.Sql<{}> {
  return postgres(connectionOptions(address, max));
}
