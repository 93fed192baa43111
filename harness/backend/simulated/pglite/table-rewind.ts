/** The loss of commits in a promotion: every table gets the rows back that it had at a position. */
import type { EngineConnection } from './engine-connection.ts';
import type { Engine } from './pglite-engine.ts';
import { literal } from './sql-text.ts';
import { EngineTransaction } from './engine-transaction.ts';
import { OWNER } from './session-settings.ts';
import type { StatementResult } from './wire-messages.ts';

const TABLES = `select c.oid::regclass::text, string_agg(quote_ident(attname), ', ' order by attnum)
from pg_class c join pg_namespace n on n.oid = relnamespace
join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
where relkind = 'r' and relpersistence = 'p' and nspname not in ('pg_catalog', 'information_schema', 'ratchet')
group by c.oid order by c.oid`;

interface Table {
  name: string;
  columns: string;
}

/** Sequences go on, as they do on a promoted replica, and triggers do not fire. */
export function rewindTables(engine: Engine, position: number): void {
  const { connection } = engine;
  engine.becomeOwner();
  const tables = connection
    .rows(TABLES)
    .map(([name, columns]): Table => ({ name: name ?? '', columns: columns ?? '' }));
  const past = new EngineTransaction(engine, { settings: OWNER, isReadOnly: true, past: position });
  const before = past.run(...tables.map((table) => ({ text: selectionOf(table), values: [] }))).map(textsOf);
  past.commit();
  connection.query('begin; set local session_replication_role = replica');
  for (const [at, table] of tables.entries()) {
    const rows = before[at] ?? [];
    if (rows.join('\n') !== rowsOf(connection, table).join('\n')) replaceRows(connection, table, rows);
  }
  connection.query('commit');
}

function rowsOf(connection: EngineConnection, table: Table): string[] {
  return textsOf({ rows: connection.rows(selectionOf(table)) });
}

function selectionOf({ name }: Table): string {
  return `select _row::text from ${name} as _row`;
}

function textsOf({ rows }: Pick<StatementResult, 'rows'>): string[] {
  return rows.map(([text]) => text ?? '');
}

function replaceRows(connection: EngineConnection, { name, columns }: Table, rows: readonly string[]): void {
  connection.query(`delete from ${name}`);
  const qualified = columns.replace(/("(?:[^"]|"")*"|[^, ]+)/g, '(_row).$1');
  for (const row of rows) {
    connection.query(
      `insert into ${name} (${columns}) overriding system value select ${qualified} from (select ${literal(row)}::${name} as _row) as _rows`,
    );
  }
}
