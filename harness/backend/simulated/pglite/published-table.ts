/** The tracked table as the publication `supabase_realtime` has it. */
import type { PublishedTable } from '../../../port/stream.ts';
import type { EngineConnection } from './engine-connection.ts';

/** @returns `undefined` if the table is not published */
export function publishedTable(connection: EngineConnection, table: string): PublishedTable | undefined {
  const name = `'${table.replaceAll("'", "''")}'`;
  const [row] = connection.rows(`
select json_build_object(
  'schema', 'public',
  'name', c.relname,
  'hasPolicies', c.relrowsecurity,
  'columns', (select json_agg(json_build_object('name', attname, 'type', typname) order by attnum)
    from pg_attribute join pg_type on pg_type.oid = atttypid
    where attrelid = c.oid and attnum > 0 and not attisdropped),
  'primaryKey', coalesce((select json_agg(attname order by array_position(conkey, attnum)) from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where conrelid = c.oid and contype = 'p'), '[]'))::text
from pg_publication_tables p
join pg_class c on c.relname = p.tablename and c.relnamespace = 'public'::regnamespace
where p.pubname = 'supabase_realtime' and p.schemaname = 'public' and p.tablename = ${name}`);
  return row === undefined ? undefined : (JSON.parse(row[0] ?? 'null') as PublishedTable);
}
