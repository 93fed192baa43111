/** Connections to the databases of the target. */
import postgres from 'postgres';
import { EnvironmentError, UsageError } from '../../errors.ts';
import { TEST_TARGET_TABLE } from '../../port/test-target.ts';
import { firstOf } from '../../required.ts';
import { reasonOf, requirePermission } from './target.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

export interface DatabaseOptions {
  url: string;
  /** The environment variable with the URL; error messages name it instead of the URL. */
  variable: string;
  isReplica: boolean;
  ownsTarget: boolean | undefined;
}

export type Database = postgres.Sql<{}>;

/**
 * Opens one connection and checks the database, without writing anything.
 * @throws RatchetError if it cannot connect, or the database is not of the expected kind
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, variable, isReplica, ownsTarget } = options;
  const database = postgres(connectionOf(url));
  try {
    const found = await database<{ replica: boolean; marked: boolean; pauses: boolean }[]>`
      select pg_is_in_recovery() as replica, to_regclass(${`public.${TEST_TARGET_TABLE}`}) is not null as marked,
             has_function_privilege('pg_wal_replay_pause()', 'execute')
               and has_function_privilege('pg_wal_replay_resume()', 'execute') as pauses`;
    const { replica, marked, pauses } = firstOf(found);
    requirePermission(marked, ownsTarget, `the database of ${variable}`);
    if (replica !== isReplica) throw wrongKind(variable, isReplica);
    if (isReplica && !pauses) throw cannotPause(variable);
    return database;
  } catch (error) {
    await database.end({ timeout: 0 });
    throw error instanceof UsageError ? error : unreachable(variable, error);
  }
}

/** The driver's options for a connection URL. */
export function connectionOf(text: string): postgres.Options<{}> {
  const url = new URL(text);
  // As in libpq, the parameter `host` is the folder of a UNIX socket.
  const folder = url.searchParams.get('host');
  const host = folder ?? url.hostname;
  const isLocal = folder?.startsWith('/') || LOOPBACK.test(host);
  return {
    host,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    user: decodeURIComponent(url.username) || 'postgres',
    password: decodeURIComponent(url.password),
    ssl: sslOf(url.searchParams.get('sslmode')) ?? (isLocal ? false : 'prefer'),
    // A temporary slot and the order of queries belong to one connection.
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
    `the database of ${variable} cannot be reached: ${reasonOf(error)}`,
    'check its URL, and that it accepts connections from this machine',
  );
}

function wrongKind(variable: string, isReplica: boolean): UsageError {
  const [wanted, is] = isReplica ? ['a replica', 'a primary'] : ['the primary', 'a replica'];
  return new UsageError('remote-database-kind', `${variable} names ${is}; it must name ${wanted}`);
}

function cannotPause(variable: string): UsageError {
  return new UsageError(
    'remote-cannot-pause',
    `the user of ${variable} is not permitted to pause replay`,
    'grant execute on pg_wal_replay_pause() and pg_wal_replay_resume() to it, or do not configure replicas',
  );
}
