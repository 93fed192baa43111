/** `@supabase/lite`'s connection to a server, adapted to behave like Supabase on a primary and on a standby. */
import type postgres from 'postgres';
import type { Address } from './address.ts';
import { connectionOptions } from './connect.ts';
import { LeasePool, type Pipelining } from './lease-pool.ts';
import { currentAccess, type LiteAccess } from './lite-access.ts';
import type { PostgresConnection } from './lite-library.ts';
import { muteOnce, muteWhile } from './mute-console.ts';
import { adaptedCall } from './rest-call.ts';
import { asPostgrestAnswers, tooManyAffected } from './rest-errors.ts';
import { exposedSchema, type Introspection } from './rest-schema.ts';
import { restSettings, SELECT_SETTINGS, type RestSettings } from './rest-settings.ts';

/** More than the requests that any plan has in flight at once: a slow request must not block another. */
const CONNECTIONS = 24;

type Lite = Pick<typeof import('./lite-library.ts'), 'PostgresConnection'>;

export interface LiteConnectionOptions {
  name: string;
  address: Address;
  /** The connection to the primary, whose schema is used; it is read once. */
  primary: PostgresConnection | undefined;
}

export interface LiteConnection {
  connection: PostgresConnection;
  /** Reads the settings of the API from the database. */
  settings(): Promise<RestSettings>;
  close(): Promise<void>;
}

export function liteConnection(lite: Lite, options: LiteConnectionOptions): LiteConnection {
  const connection = new (adapted(lite, options.primary))(configOf(options));
  // Always uses roles, as Supabase does. By default the library grants them on the first request, which a standby
  // refuses, and does not use them at all if no table has row-level security.
  Object.assign(connection, { rlsState: 'active', applyJwtSessionContext: becomeRole });
  const pool = new LeasePool((onclose) => new lite.PostgresConnection(configOf(options, onclose)).driver, CONNECTIONS);
  Object.assign(connection.driver, { reserve: () => pool.reserve(pipeliningOf(currentAccess())) });
  return { connection, settings: () => connection.settings(), close: () => pool.end() };
}

/** What a request prefers that the library does not do itself. */
interface Preferences {
  isRolledBack: boolean;
  /** Maximum number of rows that a function may return. */
  rowsMax: number | undefined;
}

type Adapted = new (config: LiteConfig) => PostgresConnection & { settings(): Promise<RestSettings> };

function adapted(lite: Lite, primary: PostgresConnection | undefined): Adapted {
  return class extends lite.PostgresConnection {
    #reading: Promise<Introspection> | undefined;
    #settings: RestSettings | undefined;
    readonly #preferences = new WeakMap<object, Preferences>();

    async settings(): Promise<RestSettings> {
      const rows = await this.driver.unsafe<{ setting: string }[]>(SELECT_SETTINGS);
      this.#settings = restSettings(rows.map(({ setting }) => setting));
      return this.#settings;
    }

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
      const { schemas } = await this.settings();
      const exposed = { ...exposedSchema(schema, schemas), default_schema: schemas[0] ?? 'public' };
      // The library also reads its own copy.
      this.introspection = exposed;
      return exposed;
    }

    override async onPostgrestAST(tree: Tree, context?: object): Promise<Tree> {
      const { handling, rollback = false, maxAffected } = (tree.$meta ?? {}) as RequestMeta;
      const rowsMax = handling === 'strict' && tree.function !== undefined ? maxAffected : undefined;
      if (context) this.#preferences.set(context, { isRolledBack: rollback, rowsMax });
      return adaptedCall(await super.onPostgrestAST(tree), await this.introspect({ useCache: true }));
    }

    override withContext<T>(context: Context, run: Run<T>, how?: RunOptions): Promise<T> {
      const { isRolledBack = false, rowsMax } = (context && this.#preferences.get(context)) ?? {};
      const forceRollback = how?.forceRollback === true || (isRolledBack && this.#settings?.isRollbackAllowed === true);
      const limited: Run<T> = async (database) => {
        const answer = await run(database);
        if (rowsMax !== undefined && answer instanceof Response) await requireAtMost(rowsMax, answer);
        return answer;
      };
      return super.withContext(context, limited, { ...how, forceRollback });
    }

    /** The library prints every error before it sends it as the answer. */
    override normalizeDbError(error: unknown): unknown {
      const answer = asPostgrestAnswers(super.normalizeDbError(error));
      muteOnce(answer);
      return answer;
    }
  };
}

type Tree = Parameters<PostgresConnection['onPostgrestAST']>[0];
type WithContext = Parameters<PostgresConnection['withContext']>;
type Context = WithContext[0];
type Run<T> = (database: Parameters<WithContext[1]>[0]) => Promise<T>;
type RunOptions = WithContext[2];

interface RequestMeta {
  handling?: string;
  rollback?: boolean;
  maxAffected?: number;
}

/** Throws, so that the transaction is rolled back, if the answer has more rows. */
async function requireAtMost(rowsMax: number, answer: Response): Promise<void> {
  if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) return;
  const rows: unknown = await answer.clone().json();
  if (Array.isArray(rows) && rows.length > rowsMax) throw tooManyAffected(rows.length);
}

interface RequestContext {
  auth?: { role?: string; jwt?: Readonly<Record<string, unknown>> };
}

interface RawQueries {
  executeQuery(query: { sql: string; parameters: readonly unknown[]; query: { kind: 'RawNode' } }): Promise<unknown>;
}

/**
 * A transaction is begun, and its role is set, by the same message as its first statement; and the end of one that only reads
 * is not waited for. So a read waits for the database once instead of six times.
 */
function pipeliningOf(access: LiteAccess | undefined): Pipelining {
  const isRead = access?.isRead === true;
  return {
    isAhead: (text) => text === 'begin' || text === BECOME_ROLE || (isRead && text === 'commit'),
    isPrepared: (text) => text === BECOME_ROLE || (isRead && text.startsWith('select ')),
  };
}

const BECOME_ROLE = `select set_config('request.jwt.claim.sub', $1, true), set_config('request.jwt.claim.role', $2, true),
  set_config('request.jwt.claims', $3, true), set_config('role', $2, true),
  set_config('search_path', coalesce($4, current_setting('search_path')), true)`;

/** One query instead of the library's five, which halves the time of a request. */
async function becomeRole(transaction: RawQueries, { auth }: RequestContext): Promise<void> {
  // What the library does by itself, such as warming up, has no access of its own.
  const own = { role: auth?.role || 'anon', claims: auth?.jwt ?? {}, searchPath: null };
  const { role, claims, searchPath } = currentAccess() ?? own;
  const parameters = [String(claims['sub'] ?? ''), role, JSON.stringify(claims), searchPath];
  await transaction.executeQuery({ sql: BECOME_ROLE, parameters, query: { kind: 'RawNode' } });
}

type LiteConfig = ConstructorParameters<Lite['PostgresConnection']>[0];

function configOf({ name, address }: LiteConnectionOptions, onclose: () => void = () => {}): LiteConfig {
  const options = connectionOptions(address, 1);
  const postgresOptions = {
    ...options,
    // A plan for the values of each request refuses a wrong one even where no row is compared with it, as without preparation.
    connection: { application_name: `ratchet-rest-${name}`, plan_cache_mode: 'force_custom_plan' },
    types: {
      ...options.types,
      timestamptz: isoTimestamp(1184),
      timestamp: isoTimestamp(1114),
    },
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
