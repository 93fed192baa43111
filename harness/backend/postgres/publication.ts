/** The publication of the tracked table, for the commit feed; and reads of the table. */
import { UsageError } from '../../errors.ts';
import type { TrackedTable } from '../../port/backend.ts';
import { qualifiedIdentifier, quotedIdentifier } from '../insert-statement.ts';
import { keyColumns, rowKeyText } from '../../tracked-values.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { Row } from './pgoutput-changes.ts';

export const PUBLICATION = 'ratchet';

/** Publishes inserts and updates of the tracked table. Resolves to the table's name as it appears in the stream. */
export async function publish(owner: ReconnectingClient, tracked: TrackedTable): Promise<string> {
  const [found] = await owner<{ name: string; keyless: boolean; missing: string[] }[]>`
    select n.nspname || '.' || c.relname as name,
           c.relreplident = 'd' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as keyless,
           array(
             select wanted from unnest(${columnsOf(tracked)}::text[]) wanted
             where not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = wanted and not a.attisdropped)
           ) as missing
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = to_regclass(${qualifiedIdentifier(tracked.table)}) and c.relkind in ('r', 'p')`;
  if (!found) throw noTable(tracked.table);
  if (found.missing.length > 0) throw noColumns(tracked.table, found.missing);
  const table = qualifiedIdentifier(found.name);
  // Without a primary key, updates can be published only with a full replica identity.
  if (found.keyless) await owner.unsafe(`alter table ${table} replica identity full`);
  await owner.unsafe(
    `create publication ${PUBLICATION} for table ${table} with (publish = 'insert, update', publish_via_partition_root = true)`,
  );
  return found.name;
}

/** The rows with these keys, with the tracked columns in the stream's format. */
export async function readTracked(
  owner: ReconnectingClient,
  tracked: TrackedTable,
  keys: readonly string[],
): Promise<Row[]> {
  const columns = columnsOf(tracked).map((name) => `${quotedIdentifier(name)}::text`);
  const key = keyColumns(tracked).map(quotedIdentifier);
  const sql = `select ${columns.join(', ')} from ${qualifiedIdentifier(tracked.table)} order by ${key.join(', ')}`;
  const wanted = new Set(keys);
  return (await owner.unsafe<Row[]>(sql)).filter((row) => wanted.has(rowKeyText(row, tracked)));
}

function columnsOf(tracked: TrackedTable): string[] {
  const { generation, progress, status } = tracked;
  return [...keyColumns(tracked), generation, progress, status].filter((name) => name !== undefined);
}

function noTable(table: string): UsageError {
  return new UsageError(
    'tracked-table-missing',
    `The migrations create no table ${table}, which is to be tracked.`,
    'Check the name of the tracked table, and that the right migrations are configured.',
  );
}

function noColumns(table: string, missing: readonly string[]): UsageError {
  return new UsageError(
    'tracked-column-missing',
    `The table ${table} has no column ${missing.join(', ')}.`,
    'Check the names of the tracked columns.',
  );
}
