/** A REST layer by `@supabase/lite`, in this process: one app per server, each with its own connections. */
import { withAccess } from './lite-access.ts';
import type { LiteConnection } from './lite-connection.ts';
import { liteConnection } from './lite-connection.ts';
import type { PostgresConnection } from './lite-library.ts';
import { LITE_VERSION } from './lite-version.ts';
import { refuseNullCharacters } from './null-characters.ts';
import { refuseReservedNames } from './reserved-names.ts';
import type { RestLayer, RestNode, RestNodeOptions } from './rest-node.ts';
import { restSettings, searchPathOf, type RestSettings } from './rest-settings.ts';

type Lite = typeof import('./lite-library.ts');

/** Loading takes about 350 ms: start it early. */
export async function loadLite(): Promise<RestLayer> {
  const lite = await importQuietly();
  let primary: PostgresConnection | undefined;
  return {
    versions: { rest: `@supabase/lite ${LITE_VERSION}` },
    attach(options) {
      const own = liteConnection(lite, { ...options, primary });
      primary ??= own.connection;
      return liteNode(lite, own, options);
    },
  };
}

/** The library replaces `process.emitWarning` by a function that throws on warnings that are objects. */
async function importQuietly(): Promise<Lite> {
  const { emitWarning } = process;
  try {
    return await import('./lite-library.ts');
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
  let settings = restSettings([]);
  let app = appWith(settings);
  const readSettings = async (): Promise<void> => {
    settings = await own.settings();
    app = appWith(settings);
  };
  const get = (path: string): Request =>
    new Request(`http://localhost/rest/v1/${path}`, { headers: { apikey: keys.secret } });
  return {
    async warmUp() {
      await connection.introspect({ useCache: true });
      await readSettings();
      // Compiles the code that every request runs, and opens the first connection.
      await app.fetch(get('a_table_that_does_not_exist'));
      await connection.ping();
    },
    fetch: async (request) =>
      withAccess(
        request,
        { keys, searchPath: searchPathOf(request, settings) },
        async (checked) => refuseReservedNames(checked) ?? refuseNullCharacters(checked) ?? app.fetch(checked),
      ),
    async schemaChanged() {
      await connection.clearSchemaCache();
      await readSettings();
    },
    close,
  };
}
