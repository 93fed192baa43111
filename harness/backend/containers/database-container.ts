/** PostgreSQL in containers: a primary, and replicas that start as its base backup and then stream from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Address } from '../postgres/address.ts';
import { connectTo } from '../postgres/connect.ts';
import { SERVER_SETTINGS } from '../postgres/server-settings.ts';
import type { RunningContainer } from './container.ts';
import { startContainer, type ContainerOptions } from './container.ts';
import type { Image } from './images.ts';

/** The superuser of Supabase's image, in which `postgres` is not a superuser. */
const ADMIN = 'supabase_admin';
/** The role that applies migrations, as in the Supabase CLI. */
export const MIGRATOR = 'postgres';
export const POSTGRES_PORT = 5432;

const HBA_FILE = '/etc/ratchet/pg_hba.conf';
/** Supabase's file has no entry for replication. Passwords are sent only between the loopback and containers. */
const HBA = `local all all trust
host all all all password
host replication all all password
`;
/** Without a setting that PostgreSQL 17 does not have, and one that matters only for embedded servers. */
const { io_method: _, unix_socket_permissions: __, ...SHARED_SETTINGS } = SERVER_SETTINGS;
const READY_WITHIN_MS = 120_000;
/** A walreceiver sends a status every second; after this time without an acknowledgement it closes the connection. */
const NOTICE_PARTITION_MS = 1500;
const READY_POLL_MS = 50;

export interface DatabaseOptions extends Pick<ContainerOptions, 'engine' | 'run' | 'name' | 'networks' | 'onDeath'> {
  image: Image;
  password: string;
}

export interface Database {
  name: string;
  container: RunningContainer;
  /** Connects as the superuser. */
  address: Address;
}

export async function startPrimary(options: DatabaseOptions): Promise<Database> {
  return startDatabase(options, { entrypoint: options.image.entrypoint, settings: {}, environment: {} });
}

/** Copies the primary, unless data already exists, as after a restart. */
const BECOME_REPLICA = `set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  find "$PGDATA" -mindepth 1 -delete
  pg_basebackup -d "$RATCHET_BACKUP_FROM" -D "$PGDATA" -X fetch --checkpoint=fast --no-sync --no-manifest
  touch "$PGDATA/standby.signal"
  chown -R postgres:postgres "$PGDATA"
  chmod 700 "$PGDATA"
fi
exec "$@"
`;

/** `upstream` is the WAL proxy that the replica streams from. */
export async function startReplica(
  options: DatabaseOptions,
  upstream: { host: string; port: number },
): Promise<Database> {
  const { image, password, name } = options;
  const conninfo = ({ host, port }: { host: string; port: number }): string =>
    `host=${host} port=${port} user=${ADMIN} password=${password} application_name=${name} sslmode=disable gssencmode=disable tcp_user_timeout=${NOTICE_PARTITION_MS}`;
  return startDatabase(options, {
    entrypoint: ['/bin/sh', '-c', BECOME_REPLICA, 'replica', ...image.entrypoint],
    settings: { primary_conninfo: conninfo(upstream), cluster_name: name },
    environment: { RATCHET_BACKUP_FROM: conninfo({ host: 'primary', port: POSTGRES_PORT }) },
  });
}

interface DatabaseKind {
  entrypoint: string[];
  settings: Record<string, string>;
  environment: Record<string, string>;
}

async function startDatabase(options: DatabaseOptions, kind: DatabaseKind): Promise<Database> {
  const { image, password, name } = options;
  const settings = { ...SHARED_SETTINGS, listen_addresses: '*', hba_file: HBA_FILE, ...kind.settings };
  const container = await startContainer({
    ...options,
    image: image.name,
    entrypoint: kind.entrypoint,
    command: [...image.command, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    environment: { POSTGRES_PASSWORD: password, ...kind.environment },
    files: [{ content: HBA, target: HBA_FILE }],
    port: POSTGRES_PORT,
  });
  return { name, container, address: { at: container.at, user: ADMIN, password } };
}

/** Resolves when the server accepts connections. Until then, every attempt is expected to fail. */
export async function untilReady({ name, address, container }: Database, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    signal.throwIfAborted();
    const connection = connectTo(address, 1);
    try {
      await connection`select 1`;
      return;
    } catch (cause) {
      if (performance.now() > deadline) throw notReady(name, await container.lastLogLines(), cause);
    } finally {
      await connection.end({ timeout: 0 });
    }
    await sleep(READY_POLL_MS);
  }
}

function notReady(name: string, lastLogLines: string, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    'container-not-ready',
    `PostgreSQL ${name} did not accept connections within ${READY_WITHIN_MS / 1000} s: ${(cause as Error).message}; ${lastLogLines}`,
    'The machine may have too little CPU or memory.',
    cause,
  );
}
