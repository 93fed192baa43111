/** Changes that a run makes to databases which outlive it, each with the way to undo it. */
import type { UndoableChanges } from '../../port/backend.ts';
import { quotedIdentifier, insertStatement } from '../insert-statement.ts';
import { ADD_USER, userParameters } from '../user-statement.ts';

/** Runs SQL on the primary as the owner, and resolves to its rows. */
type Query = (sql: string, parameters: readonly unknown[]) => Promise<Record<string, unknown>[]>;

export function undoableChanges(query: Query): UndoableChanges {
  return {
    async insert(table, row) {
      const given = Object.keys(row);
      const key = await primaryKeyOf(query, table);
      const columns = key.length > 0 ? key : given;
      const returned = columns.map((name, at) => `${quotedIdentifier(name)}::text as c${at}`).join(', ');
      const statement = `${insertStatement(table, given)} returning ${returned}`;
      const [inserted = {}] = await query(statement, Object.values(row));
      return async () => void (await query(deleteStatement(table, columns), Object.values(inserted)));
    },
    async addUser(user) {
      const added = await query(`${ADD_USER} returning id`, userParameters(user));
      return async () => {
        if (added.length > 0) await query('delete from auth.users where id = $1', [user.userId]);
      };
    },
  };
}

/** Empty for a table without a primary key. */
async function primaryKeyOf(query: Query, table: string): Promise<string[]> {
  const rows = await query(
    `select a.attname::text as name
     from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indisprimary and i.indrelid = to_regclass($1)`,
    [`public.${quotedIdentifier(table)}`],
  );
  return rows.map(({ name }) => String(name));
}

/** Deletes one row, by the text of these columns. */
function deleteStatement(table: string, columns: readonly string[]): string {
  const from = `public.${quotedIdentifier(table)}`;
  const where = columns.map((name, at) => `${quotedIdentifier(name)}::text is not distinct from $${at + 1}`);
  return `delete from ${from} where ctid = (select ctid from ${from} where ${where.join(' and ')} limit 1)`;
}
