/** `@supabase/lite`'s connection to a server, adapted to behave like Supabase on a primary and on a standby. */
import type postgres from 'postgres';
import type { PostgresConnection } from '@supabase/lite/postgres';
import type { Address } from './address.ts';
import { connectionOptions } from './connect.ts';
import { LeasePool } from './lease-pool.ts';
import { currentAccess } from './lite-access.ts';
import { muteOnce, muteWhile } from './mute-console.ts';
import { asPostgrestAnswers } from './rest-errors.ts';

/** More than the requests that any plan has in flight at once: a slow request must not block another. */
const CONNECTIONS = 24;

type LitePostgres = typeof import('@supabase/lite/postgres');

export interface LiteConnectionOptions {
  name: string;
  address: Address;
  /** The connection to the primary, whose schema is used; it is read once. */
  primary: PostgresConnection | undefined;
}

export interface LiteConnection {
  connection: PostgresConnection;
  close(): Promise<void>;
}

export function liteConnection(lite: LitePostgres, options: LiteConnectionOptions): LiteConnection {
  const connection = new (adapted(lite, options.primary))(configOf(options));
  // Always uses roles, as Supabase does. By default the library grants them on the first request, which a standby
  // refuses, and does not use them at all if no table has row-level security.
  Object.assign(connection, { rlsState: 'active', applyJwtSessionContext: becomeRole });
  const pool = new LeasePool((onclose) => new lite.PostgresConnection(configOf(options, onclose)).driver, CONNECTIONS);
  Object.assign(connection.driver, { reserve: () => pool.reserve() });
  return { connection, close: () => pool.end() };
}

type Introspection = Awaited<ReturnType<PostgresConnection['introspect']>>;

function adapted(lite: LitePostgres, primary: PostgresConnection | undefined): LitePostgres['PostgresConnection'] {
  return class extends lite.PostgresConnection {
    #reading: Promise<Introspection> | undefined;

    override async introspect(how?: { useCache?: boolean }): Promise<Introspection> {
      if (primary) return primary.introspect(how);
      if (how?.useCache && this.introspection) return this.introspection;
      this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
      return this.#reading;
    }

    /** If the schema cannot be read, the library prints a message and returns an empty schema without any tables. */
    async #read(): Promise<Introspection> {
      const schema = await muteWhile('Introspection failed:', () => super.introspect());
      if (!schema.database_name || !schema.timezones) throw new Error('The schema of the database could not be read.');
      return schema;
    }

    /** The library prints every error before it sends it as the answer. */
    override normalizeDbError(error: unknown): unknown {
      const answer = asPostgrestAnswers(super.normalizeDbError(error));
      muteOnce(answer);
      return answer;
    }
  };
}

interface RequestContext {
  auth?: { role?: string; jwt?: Readonly<Record<string, unknown>> };
}

interface RawQueries {
  executeQuery(query: { sql: string; parameters: readonly unknown[]; query: { kind: 'RawNode' } }): Promise<unknown>;
}

const BECOME_ROLE = `select set_config('request.jwt.claim.sub', $1, true), set_config('request.jwt.claim.role', $2, true),
  set_config('request.jwt.claims', $3, true), set_config('role', $2, true)`;

/** One query instead of the library's five, which halves the time of a request. */
async function becomeRole(transaction: RawQueries, { auth }: RequestContext): Promise<void> {
  // What the library does by itself, such as warming up, has no access of its own.
  const { role, claims } = currentAccess() ?? { role: auth?.role || 'anon', claims: auth?.jwt ?? {} };
  const parameters = [String(claims['sub'] ?? ''), role, JSON.stringify(claims)];
  await transaction.executeQuery({ sql: BECOME_ROLE, parameters, query: { kind: 'RawNode' } });
}

type LiteConfig = ConstructorParameters<LitePostgres['PostgresConnection']>[0];

function configOf({ name, address }: LiteConnectionOptions, onclose: () => void = () => {}): LiteConfig {
  const options = connectionOptions(address, 1);
  const postgresOptions = {
    ...options,
    connection: { application_name: `ratchet-rest-${name}` },
    types: { ...options.types, timestamptz: isoTimestamp(1184), timestamp: isoTimestamp(1114) },
    onclose,
  };
  return { url: '', postgresOptions } as LiteConfig;
}

function isoTimestamp(type: number): postgres.PostgresType {
  return {
    to: type,
    from: [type],
    serialize: (value: unknown) => value,
    parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
  };
}
