/** PostgreSQL in containers: a primary, and replicas that start as its base backup and then stream from it. */
import type { Address } from '../postgres/address.ts';
import { connectTo } from '../postgres/connect.ts';
import { SERVER_SETTINGS } from '../postgres/server-settings.ts';
import { waitForServer } from '../postgres/server-wait.ts';
import type { RunningContainer } from './container.ts';
import { copyFolder, startContainer, type ContainerOptions } from './container.ts';
import { EngineTimeout, withTimeout } from './engine.ts';
import type { Image } from './images.ts';

/** The superuser of Supabase's image, in which `postgres` is not a superuser. */
const ADMIN = 'supabase_admin';
/** The role that applies migrations, as in the Supabase CLI. */
export const MIGRATOR = 'postgres';
export const POSTGRES_PORT = 5432;

/** A folder of the container itself: it is not part of the disk that a promotion copies. */
const OWN_FOLDER = '/etc/ratchet';
const HBA_FILE = `${OWN_FOLDER}/pg_hba.conf`;
/** Supabase's file has no entry for replication. Passwords are sent only between the loopback and containers. */
const FOR_ALL = `local all all trust
host all all all password
host replication all all password
`;
/** The superuser of the harness for a promotion. No other client uses this role, so that all others can be refused. */
const PROMOTER = 'ratchet_promotion';
const FOR_PROMOTER = `host all ${PROMOTER} all password
`;
/** Without a setting that PostgreSQL 17 does not have, and one that matters only for embedded servers. */
const { io_method: _, unix_socket_permissions: __, ...SHARED_SETTINGS } = SERVER_SETTINGS;
const READY_WITHIN_MS = 120_000;
/** A walreceiver sends a status every second; after this time without an acknowledgement it closes the connection. */
const NOTICE_PARTITION_MS = 1500;
const READY_POLL_MS = 50;
const ADMISSION_POLL_MS = 5;
/** As in PostgreSQL's own image. */
const DEFAULT_DATA = '/var/lib/postgresql/data';

export interface DatabaseOptions extends Pick<ContainerOptions, 'engine' | 'run' | 'name' | 'networks' | 'onDeath'> {
  image: Image;
  password: string;
}

export interface Database {
  name: string;
  container: RunningContainer;
  /** Connects as the superuser. */
  address: Address;
  /** Connects as a superuser to whom the server also answers while it is hidden. */
  promoter: Address;
  /** Refuses new connections of all others from now on; existing ones stay open. The server must run. */
  hide(signal: AbortSignal): Promise<void>;
  /** Ends what `hide` began. */
  show(signal: AbortSignal): Promise<void>;
  /** Replaces the disk by a copy of another one's. Both containers must be down. */
  copyDiskOf(other: Database): Promise<void>;
}

export async function startPrimary(options: DatabaseOptions): Promise<Database> {
  return startDatabase(options, { settings: {}, environment: {} });
}

/** Takes the disk that `copyDiskOf` has left, or copies the primary if there is no data yet: not after a restart. */
const PREPARE_DISK = `set -eu
incoming=${OWN_FOLDER}/$(basename "$PGDATA")
if [ -d "$incoming" ]; then
  find "$PGDATA" -mindepth 1 -delete
  find "$incoming" -mindepth 1 -maxdepth 1 -exec mv {} "$PGDATA" \\;
  rmdir "$incoming"
elif [ -n "$RATCHET_BACKUP_FROM" ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
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
  const { password, name } = options;
  const conninfo = ({ host, port }: { host: string; port: number }): string =>
    `host=${host} port=${port} user=${ADMIN} password=${password} application_name=${name} sslmode=disable gssencmode=disable tcp_user_timeout=${NOTICE_PARTITION_MS}`;
  return startDatabase(options, {
    settings: { primary_conninfo: conninfo(upstream), cluster_name: name },
    environment: { RATCHET_BACKUP_FROM: conninfo({ host: 'primary', port: POSTGRES_PORT }) },
  });
}

interface DatabaseKind {
  settings: Record<string, string>;
  environment: Record<string, string>;
}

async function startDatabase(options: DatabaseOptions, kind: DatabaseKind): Promise<Database> {
  const { image, password, name } = options;
  const settings = { ...SHARED_SETTINGS, listen_addresses: '*', hba_file: HBA_FILE, ...kind.settings };
  const container = await startContainer({
    ...options,
    image: image.name,
    entrypoint: ['/bin/sh', '-c', PREPARE_DISK, name, ...image.entrypoint],
    command: [...image.command, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    environment: { POSTGRES_PASSWORD: password, RATCHET_BACKUP_FROM: '', ...kind.environment },
    files: [{ content: FOR_ALL, target: HBA_FILE }],
    port: POSTGRES_PORT,
  });
  return new ContainerDatabase(container, options);
}

class ContainerDatabase implements Database {
  readonly name: string;
  readonly container: RunningContainer;
  readonly address: Address;
  readonly promoter: Address;
  readonly #data: string;

  constructor(container: RunningContainer, { name, password, image }: DatabaseOptions) {
    const { at } = container;
    this.name = name;
    this.container = container;
    this.address = { at, user: ADMIN, password };
    this.promoter = { at, user: PROMOTER, password };
    this.#data = image.environment['PGDATA'] ?? DEFAULT_DATA;
  }

  async hide(signal: AbortSignal): Promise<void> {
    await this.#admit(FOR_PROMOTER);
    // PostgreSQL reads the file some time after the signal; from then on it refuses every connection.
    const { name, container } = this;
    await waitForServer(async () => isRefusal(await failureToConnect(this.address)), ADMISSION_POLL_MS, {
      name,
      failure: 'did not stop accepting connections',
      lastLog: () => container.lastLogLines(),
      signal,
    });
  }

  async show(signal: AbortSignal): Promise<void> {
    await this.#admit(FOR_ALL);
    await untilReady(this, signal);
  }

  async copyDiskOf(other: Database): Promise<void> {
    const from = { container: other.container, folder: this.#data };
    await copyFolder(from, { container: this.container, folder: OWN_FOLDER });
  }

  async #admit(rules: string): Promise<void> {
    await this.container.write(HBA_FILE, rules);
    await this.container.signal('SIGHUP');
  }
}

/** Whether the server refuses connections: one that does not answer may only be slow. */
function isRefusal(failure: Error | undefined): boolean {
  return failure !== undefined && !(failure instanceof EngineTimeout);
}

/** Resolves when the server accepts connections. Until then, every attempt is expected to fail. */
export async function untilReady(
  { name, container, ...database }: Database,
  signal: AbortSignal,
  address = database.address,
): Promise<void> {
  let failure: Error | undefined;
  const isReady = async (): Promise<boolean> => (failure = await failureToConnect(address)) === undefined;
  await waitForServer(isReady, READY_POLL_MS, {
    name,
    failure: 'did not accept connections',
    lastLog: async () => `${failure === undefined ? '' : `${failure.message}; `}${await container.lastLogLines()}`,
    signal,
    withinMs: READY_WITHIN_MS,
  });
}

/** Undefined if the server answers. */
async function failureToConnect(address: Address): Promise<Error | undefined> {
  const connection = connectTo(address, 1);
  try {
    await withTimeout(ATTEMPT_MS, connection`select 1`);
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    await connection.end({ timeout: 0 });
  }
}

/** The engine accepts a connection before it has one to the container, and can wait for that for minutes. */
const ATTEMPT_MS = 5000;
