/** REST by `@supabase/lite`, in process: an app a server, each on connections of its own. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresConnection } from '@supabase/lite/postgres';
import { connectionOptions } from './connect.ts';
import type { RestLayer, RestNode, RestNodeOptions } from './rest.ts';

/** More than anything in a plan has in flight at once: a slow request must not block another. */
const CONNECTIONS = 24;

type Lite = typeof import('@supabase/lite');
type LitePostgres = typeof import('@supabase/lite/postgres');

/** Takes some 350 ms to load: start it early. */
export async function loadLite(): Promise<RestLayer> {
  const { lite, litePostgres } = await importQuietly();
  let primary: PostgresConnection | undefined;
  return {
    kind: '@supabase/lite',
    versions: { rest: `@supabase/lite ${liteVersion()}` },
    attach(options) {
      const connection = connect(litePostgres, options, primary);
      primary ??= connection;
      return liteNode(lite, connection, options);
    },
  };
}

export function liteVersion(): string {
  const main = createRequire(import.meta.url).resolve('@supabase/lite/dist/manifest.json');
  const file = join(dirname(main), '../../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Loading it replaces `process.emitWarning` by one that breaks on warnings that are objects. */
async function importQuietly(): Promise<{ lite: Lite; litePostgres: LitePostgres }> {
  const { emitWarning } = process;
  try {
    const [lite, litePostgres] = await Promise.all([import('@supabase/lite'), import('@supabase/lite/postgres')]);
    return { lite, litePostgres };
  } finally {
    process.emitWarning = emitWarning;
  }
}

function liteNode({ App }: Lite, connection: PostgresConnection, { keys }: RestNodeOptions): RestNode {
  const app = new App({
    connection,
    auth: { enabled: false, publishable_key: keys.publishable, secret_key: keys.secret },
    options: { server: { disableStudio: true } },
  } as ConstructorParameters<typeof App>[0]);
  return {
    async warmUp() {
      await app.init();
      await connection.introspect({ useCache: true });
      await connection.ping();
    },
    fetch: async (request) => app.fetch(request),
    schemaChanged: () => connection.clearSchemaCache(),
    close: () => connection.driver.end({ timeout: 0 }),
  };
}

function connect(lite: LitePostgres, options: RestNodeOptions, primary?: PostgresConnection): PostgresConnection {
  class NodeConnection extends lite.PostgresConnection {
    /** A standby has its primary's schema: it is read once. */
    override async introspect(how?: { useCache?: boolean }): ReturnType<PostgresConnection['introspect']> {
      return primary ? primary.introspect(how) : super.introspect(how);
    }

    /** The app prints every error of the database before it answers with it: not on our terminal. */
    override normalizeDbError(error: unknown): unknown {
      const normalized = super.normalizeDbError(error);
      muteOnce(normalized);
      return normalized;
    }
  }
  const connection = new NodeConnection({
    url: '',
    postgresOptions: {
      ...connectionOptions(options.socketDirectory, CONNECTIONS),
      connection: { application_name: `ratchet-rest-${options.name}` },
      types: { timestamptz: isoTimestamp(1184), timestamp: isoTimestamp(1114) },
    },
  } as ConstructorParameters<LitePostgres['PostgresConnection']>[0]);
  // Roles as Supabase has them, always: by default it would grant them on the first request, which a standby
  // refuses, and skip them altogether where no table has row-level security.
  (connection as unknown as { rlsState: string }).rlsState = 'active';
  return connection;
}

function isoTimestamp(type: number): {
  to: number;
  from: number[];
  serialize(v: unknown): unknown;
  parse(v: string): string;
} {
  return {
    to: type,
    from: [type],
    serialize: (value) => value,
    parse: (text) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
  };
}

function muteOnce(value: unknown): void {
  const print = console.error;
  console.error = (...args: unknown[]) => {
    console.error = print;
    if (args[0] !== value) print(...args);
  };
  const muted = console.error;
  queueMicrotask(() => {
    if (console.error === muted) console.error = print;
  });
}
