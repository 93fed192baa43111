/** What Realtime reads of a simulation by migrations: the tables of `supabase_realtime`, and the messages of the database. */
import type { PublishedTable } from '../../../port/stream.ts';
import { quotedIdentifier } from '../../insert-statement.ts';
import type { EngineConnection } from './engine-connection.ts';

export interface CapturedPublication extends PublishedTable {
  /** Its number in `pg_class`. */
  oid: number;
  /** Whether the log has the whole old version of a row, and not its primary key only. */
  isIdentityFull: boolean;
}

const TABLES = `
select json_build_object(
  'oid', c.oid::int8,
  'isIdentityFull', c.relreplident = 'f',
  'schema', n.nspname,
  'name', c.relname,
  'hasPolicies', c.relrowsecurity,
  'columns', (select json_agg(json_build_object('name', attname, 'type', typname) order by attnum)
    from pg_attribute join pg_type on pg_type.oid = atttypid
    where attrelid = c.oid and attnum > 0 and not attisdropped),
  'primaryKey', coalesce((select json_agg(attname order by array_position(conkey, attnum)) from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where conrelid = c.oid and contype = 'p'), '[]'))::text
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.oid = to_regclass('realtime.messages') or exists (
  select from pg_publication_tables p
  where p.pubname = 'supabase_realtime' and p.schemaname = n.nspname and p.tablename = c.relname)
order by n.nspname, c.relname`;

export function publishedTables(connection: EngineConnection): CapturedPublication[] {
  return connection.rows(TABLES).map(([json]) => JSON.parse(json ?? 'null') as CapturedPublication);
}

/** The number of a table in `pg_class`. */
export function oidOf(connection: EngineConnection, table: string): number {
  return Number(connection.rows(`select '${table.replaceAll("'", "''")}'::regclass::oid`)[0]?.[0]);
}

export function quotedTable({ schema, name }: Pick<PublishedTable, 'schema' | 'name'>): string {
  return `${quotedIdentifier(schema)}.${quotedIdentifier(name)}`;
}
