/** Applies SQL files to the primary, each in one transaction, and reports where one of them fails. */
import type { Sql } from 'postgres';
import { UsageError } from '../../errors.ts';

export interface Migration {
  name: string;
  sql: string;
}

/** `owner` is a single connection, because a migration may contain its own `begin` and `commit`. */
export async function applyMigrations(owner: Sql<{}>, migrations: readonly Migration[]): Promise<void> {
  for (const { name, sql } of migrations) {
    try {
      await owner.unsafe(sql).simple();
    } catch (error) {
      throw migrationFailure(name, sql, error as Error & { code?: string; position?: string });
    }
  }
}

/** The error for a migration, with its line, if PostgreSQL refused it; otherwise `error` itself. */
export function migrationFailure(
  name: string,
  sql: string,
  error: Error & { code?: string; position?: string | number | undefined },
): Error {
  // Without an error code of PostgreSQL, the connection has failed, not the SQL.
  if (!/^[0-9A-Z]{5}$/.test(error.code ?? '')) return error;
  if (error.code === '53100') return error;
  const line = error.position ? sql.slice(0, Number(error.position)).split('\n').length : undefined;
  const where = line === undefined ? name : `${name}, line ${line}`;
  return new UsageError(
    'migration-failed',
    `Migration ${where}: ${error.message} (${error.code}).`,
    'Migrations are applied in order to an empty Supabase-like database, each in one transaction.',
  );
}
