/** Applies the migrations of a project to a database in this process, and reads what they create. */
import { quotedIdentifier } from '../backend/insert-statement.ts';
import { openDatabase } from '../backend/simulated/pglite/pglite-database.ts';
import { TABLES_SQL, USER_ID, type TableInfo } from '../scaffold/database-catalogue.ts';
import { readMigrations } from './migration-files.ts';

/**
 * The tables of the schemas `public` and `auth`, with a row of each, after the migrations and the project's seed. The user
 * exists, so that what triggers do for a new user is there, too.
 * @param migrations SQL files or folders of them
 * @throws UsageError if there are no migrations, or PostgreSQL refuses one
 */
export async function readCatalogue(migrations: readonly string[]): Promise<TableInfo[]> {
  const { engine } = await openDatabase({ migrations: await readMigrations(migrations), tracked: undefined });
  const { connection } = engine;
  try {
    // Where a trigger refuses the user, the first run says so.
    connection.ask(
      `insert into auth.users (id, email) values ('${USER_ID}', 'user@example.com') on conflict do nothing`,
    );
    const tables = connection.rows(TABLES_SQL).map(([text]) => JSON.parse(text ?? 'null') as TableInfo);
    return tables.map((table) => {
      const [text] = connection.rows(sampleSql(table))[0] ?? [];
      return { ...table, sample: text ? (JSON.parse(text) as Record<string, unknown>) : undefined };
    });
  } finally {
    await engine.close();
  }
}

/** A row of a table, as JSON; the first that the seed of the project made. */
function sampleSql({ schema, name }: Pick<TableInfo, 'schema' | 'name'>): string {
  const table = `${quotedIdentifier(schema)}.${quotedIdentifier(name)}`;
  return `select row_to_json(_row)::text from ${table} as _row order by ctid limit 1`;
}
