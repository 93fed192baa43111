/** Values of a replication stream, which are text, as the JSON that Realtime sends: `to_jsonb` of the column's type. */
import { NUMERIC_TYPES, type PublishedTable, type RowChange, type StreamRow } from '../port/stream.ts';

/** @param type the name in `pg_type` */
export function streamValue(text: string | null, type: string): unknown {
  if (text === null) return null;
  if (NUMERIC_TYPES.has(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'bool') return text === 't' || text === 'true';
  if (type === 'json' || type === 'jsonb') return JSON.parse(text);
  if (type === 'timestamptz' || type === 'timestamp') return isoTime(text);
  return text;
}

/** `2026-01-01 10:00:00.5+00` as `2026-01-01T10:00:00.5+00:00`. */
function isoTime(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
}

/** Column name → its value as text, `null` for NULL. */
type TextRow = Readonly<Record<string, string | null>>;

/** A change whose values are text. With row-level security, a deletion tells only the key. */
export function rowChange(
  table: PublishedTable,
  { type, row, old }: { type: RowChange['type']; row?: TextRow | undefined; old?: TextRow | undefined },
): RowChange {
  const isKeyOnly = type === 'DELETE' && table.hasPolicies;
  return {
    table,
    type,
    ...(row === undefined ? {} : { row: valuesOf(table, row, false) }),
    ...(old === undefined ? {} : { old: valuesOf(table, old, isKeyOnly) }),
  };
}

function valuesOf({ columns, primaryKey }: PublishedTable, row: TextRow, isKeyOnly: boolean): StreamRow {
  const known = columns.filter(({ name }) => name in row && (!isKeyOnly || primaryKey.includes(name)));
  return Object.fromEntries(known.map(({ name, type }) => [name, streamValue(row[name] ?? null, type)]));
}
