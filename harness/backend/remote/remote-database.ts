/** Connections to the databases of the target. */
import postgres from 'postgres';
import { EnvironmentError, UsageError } from '../../errors.ts';
import { MARKER, reasonOf, requirePermission } from './target.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

export interface DatabaseOptions {
  url: string;
  /** The variable that named it: it is told in its stead. */
  variable: string;
  isReplica: boolean;
  ownsTarget: boolean | undefined;
}

export type Database = postgres.Sql<{}>;

/**
 * One connection, which is there. Nothing is written.
 * @throws RatchetError when it cannot be had, or the database is not what it should be
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, variable, isReplica, ownsTarget } = options;
  const database = postgres(connectionOf(url));
  try {
    const [found] = await database<{ replica: boolean; marked: boolean; pauses: boolean }[]>`
      select pg_is_in_recovery() as replica, to_regclass(${`public.${MARKER}`}) is not null as marked,
             has_function_privilege('pg_wal_replay_pause()', 'execute')
               and has_function_privilege('pg_wal_replay_resume()', 'execute') as pauses`;
    const { replica, marked, pauses } = found!;
    requirePermission(marked, ownsTarget, `the database of ${variable}`);
    if (replica !== isReplica) throw wrongKind(variable, isReplica);
    if (isReplica && !pauses) throw cannotPause(variable);
    return database;
  } catch (error) {
    await database.end({ timeout: 0 });
    throw error instanceof UsageError ? error : unreachable(variable, error);
  }
}

/** How the driver is told of the database. */
export function connectionOf(text: string): postgres.Options<{}> {
  const url = new URL(text);
  // As libpq takes it: the folder of a UNIX socket.
  const folder = url.searchParams.get('host');
  const host = folder ?? url.hostname;
  const isNear = folder?.startsWith('/') || LOOPBACK.test(host);
  return {
    host,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    user: decodeURIComponent(url.username) || 'postgres',
    password: decodeURIComponent(url.password),
    ssl: sslOf(url.searchParams.get('sslmode')) ?? (isNear ? false : 'prefer'),
    // What is held, a slot or the turn of a question, is held by one connection.
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    backoff: false,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'ratchet' },
  };
}

function sslOf(mode: string | null): postgres.Options<{}>['ssl'] {
  if (mode === 'disable') return false;
  if (mode === 'verify-full' || mode === 'verify-ca') return 'verify-full';
  return mode === 'require' || mode === 'prefer' || mode === 'allow' ? mode : undefined;
}

function unreachable(variable: string, error: unknown): EnvironmentError {
  return new EnvironmentError(
    'remote-database',
    `the database of ${variable} cannot be asked: ${reasonOf(error)}`,
    'check its URL, and that it admits this machine',
  );
}

function wrongKind(variable: string, isReplica: boolean): UsageError {
  const [wanted, is] = isReplica ? ['a replica', 'a primary'] : ['the primary', 'a replica'];
  return new UsageError('remote-database-kind', `${variable} names ${is} where ${wanted} belongs`);
}

function cannotPause(variable: string): UsageError {
  return new UsageError(
    'remote-cannot-pause',
    `the user of ${variable} may not pause replay`,
    'grant execute on pg_wal_replay_pause() and pg_wal_replay_resume() to it, or leave the replicas out',
  );
}
