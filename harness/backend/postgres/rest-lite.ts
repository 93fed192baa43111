/** A REST layer by `@supabase/lite`, in this process: one app per server, each with its own connections. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PostgresConnection } from '@supabase/lite/postgres';
import { withAccess } from './lite-access.ts';
import type { LiteConnection } from './lite-connection.ts';
import { liteConnection } from './lite-connection.ts';
import { refuseReservedNames } from './reserved-names.ts';
import type { RestLayer, RestNode, RestNodeOptions } from './rest-node.ts';
import { restSettings, type RestSettings } from './rest-settings.ts';

type Lite = typeof import('@supabase/lite');
type LitePostgres = typeof import('@supabase/lite/postgres');

/** Loading takes about 350 ms: start it early. */
export async function loadLite(): Promise<RestLayer> {
  const { lite, litePostgres } = await importQuietly();
  let primary: PostgresConnection | undefined;
  return {
    versions: { rest: `@supabase/lite ${liteVersion()}` },
    attach(options) {
      const own = liteConnection(litePostgres, { ...options, primary });
      primary ??= own.connection;
      return liteNode(lite, own, options);
    },
  };
}

export function liteVersion(): string {
  const inside = createRequire(import.meta.url).resolve('@supabase/lite/dist/manifest.json');
  const file = join(dirname(inside), '../../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The library replaces `process.emitWarning` by a function that throws on warnings that are objects. */
async function importQuietly(): Promise<{ lite: Lite; litePostgres: LitePostgres }> {
  const { emitWarning } = process;
  try {
    const [lite, litePostgres] = await Promise.all([import('@supabase/lite'), import('@supabase/lite/postgres')]);
    return { lite, litePostgres };
  } finally {
    process.emitWarning = emitWarning;
  }
}

function liteNode({ App }: Lite, own: LiteConnection, { keys }: RestNodeOptions): RestNode {
  const { connection, close } = own;
  const appWith = ({ schemas, isAggregating, rowsMax }: RestSettings): InstanceType<typeof App> =>
    new App({
      connection,
      auth: { enabled: false, publishable_key: keys.publishable, secret_key: keys.secret },
      api: {
        schemas: [...schemas],
        // The library would answer with the SQL text instead of the plan.
        plan_enabled: false,
        aggregates_enabled: isAggregating,
        ...(rowsMax === undefined ? {} : { max_rows: rowsMax }),
      },
      options: { server: { disableStudio: true } },
    } as ConstructorParameters<typeof App>[0]);
  let app = appWith(restSettings([]));
  const get = (path: string): Request =>
    new Request(`http://localhost/rest/v1/${path}`, { headers: { apikey: keys.secret } });
  return {
    async warmUp() {
      await connection.introspect({ useCache: true });
      app = appWith(await own.settings());
      // Compiles the code that every request runs, and opens the first connection.
      await app.fetch(get('a_table_that_does_not_exist'));
      await connection.ping();
    },
    fetch: async (request) =>
      withAccess(request, keys, async (checked) => refuseReservedNames(checked) ?? app.fetch(checked)),
    async schemaChanged() {
      await connection.clearSchemaCache();
      app = appWith(await own.settings());
    },
    close,
  };
}
