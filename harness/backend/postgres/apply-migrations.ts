/** Applies SQL files to the primary, each in one transaction if possible, and reports where one of them fails. */
import type { Sql } from 'postgres';
import { UsageError } from '../../errors.ts';
import { statementsOf, type Statement } from './sql-statements.ts';
import { IS_VECTOR_STUB, hasVectorIndexParameters, withoutVectorIndexParameters } from './surroundings/vector-stub.ts';

export interface Migration {
  name: string;
  sql: string;
}

/** Statements that PostgreSQL refuses within a transaction; a file with one of them is applied without. */
const NO_TRANSACTION =
  /^(?:create\s+(?:unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b.*\bconcurrently|refresh\s+materialized\s+view\s+concurrently|alter\s+table\b.*\bdetach\s+partition\b.*\bconcurrently|vacuum|alter\s+system|(?:create|drop)\s+(?:database|tablespace|subscription))\b/is;

/** `owner` is a single connection, because a migration may contain its own `begin` and `commit`. */
export async function applyMigrations(owner: Sql<{}>, migrations: readonly Migration[]): Promise<void> {
  for (const migration of migrations) await applyMigration(owner, migration);
}

async function applyMigration(owner: Sql<{}>, { name, sql }: Migration): Promise<void> {
  const statements = statementsOf(sql);
  const isSingle = isWithoutTransaction(statements);
  const run = async (statement: Statement): Promise<void> => {
    try {
      await owner.unsafe(await adapted(owner, statement.sql)).simple();
    } catch (error) {
      throw migrationFailure(name, statement, error as DatabaseError);
    }
  };
  if (!isSingle) await owner.unsafe('begin').simple();
  for (const statement of statements) await run(statement);
  // The constraints that are deferred are checked here.
  if (!isSingle) await run({ sql: 'commit', line: sql.trimEnd().split('\n').length });
  // A setting such as the empty search_path of a dump must not apply to the next file.
  await owner.unsafe('reset all').simple();
}

/** Whether PostgreSQL refuses one of the statements within a transaction. */
export function isWithoutTransaction(statements: readonly Statement[]): boolean {
  return statements.some(({ sql }) => NO_TRANSACTION.test(sql));
}

async function adapted(owner: Sql<{}>, statement: string): Promise<string> {
  if (!hasVectorIndexParameters(statement)) return statement;
  const isStub = (await owner.unsafe(IS_VECTOR_STUB)).length > 0;
  return isStub ? withoutVectorIndexParameters(statement) : statement;
}

type DatabaseError = Error & { code?: string; position?: string | number | undefined };

/** The error for a migration, with its line, if PostgreSQL refused it; otherwise `error` itself. */
export function migrationFailure(name: string, { sql, line }: Statement, error: DatabaseError): Error {
  // Without an error code of PostgreSQL, the connection has failed, not the SQL.
  if (!/^[0-9A-Z]{5}$/.test(error.code ?? '')) return error;
  if (error.code === '53100') return error;
  const before = error.position ? sql.slice(0, Number(error.position) - 1).split('\n').length - 1 : 0;
  return new UsageError(
    'migration-failed',
    `Migration ${name}, line ${line + before}: ${error.message} (${error.code}).`,
    hintOf(error),
  );
}

function hintOf({ message }: DatabaseError): string {
  const extension = /^extension "(.+)" is not available$/.exec(message)?.[1];
  if (extension === undefined) {
    return 'Migrations are applied in order to an empty Supabase-like database, each in one transaction if possible.';
  }
  return `The PostgreSQL of this backend has no extension ${extension}, and Ratchet has no stub of it: use --backend containers, or leave it out of the migrations under test.`;
}
