/** Connections of our own to a server, by its UNIX socket. */
import postgres from 'postgres';
import { arrayTypes } from './pg-arrays.ts';

/** The port only names the socket's file: nothing listens on TCP. */
export const SOCKET_PORT = 5432;

export const OWNER = 'postgres';

export function socketPath(socketDirectory: string): string {
  return `${socketDirectory}/.s.PGSQL.${SOCKET_PORT}`;
}

/** What postgres.js must be told so that no PG* variable of the caller's environment matters. */
export function connectionOptions(socketDirectory: string, max: number): postgres.Options<{}> {
  return {
    host: socketDirectory,
    port: SOCKET_PORT,
    path: socketPath(socketDirectory),
    database: 'postgres',
    user: OWNER,
    password: '',
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

export function connectTo(socketDirectory: string, max: number): postgres.Sql<{}> {
  return postgres(connectionOptions(socketDirectory, max));
}
