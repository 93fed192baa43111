/** What a client is sent of a change. Source: supabase/realtime, `adapters/changes.ex` and `apply_rls`. */
import type { ChangeTransaction, RowChange, StreamRow } from '../port/stream.ts';

export interface ChangePayload {
  schema: string;
  table: string;
  commit_timestamp: string;
  type: RowChange['type'];
  columns: readonly { name: string; type: string }[];
  record?: StreamRow;
  old_record?: StreamRow;
  errors: readonly string[] | null;
}

export const NO_PRIMARY_KEY = 'Error 400: Bad Request, no primary key';
export const UNAUTHORIZED = 'Error 401: Unauthorized';
const TOO_LARGE = 'Error 413: Payload Too Large';
const RECORD_BYTES_MAX = 1024 * 1024;
/** Of a record that is too large, only values up to this size are sent. */
const KEPT_BYTES_MAX = 64;

/** @param error of the whole change: its records are then empty */
export function payloadOf(
  { table, type, row, old }: RowChange,
  { committedAtMs }: Pick<ChangeTransaction, 'committedAtMs'>,
  { select, error }: { select?: readonly string[] | undefined; error?: string | undefined } = {},
): ChangePayload {
  const columns = select === undefined ? table.columns : table.columns.filter(({ name }) => select.includes(name));
  const head = {
    schema: table.schema,
    table: table.name,
    commit_timestamp: new Date(committedAtMs).toISOString(),
    type,
  };
  if (error !== undefined) return { ...head, columns: [], ...emptyRecords(type), errors: [error] };
  const records = {
    ...(type === 'DELETE' ? {} : { record: selected({ ...unchanged(table.columns, row, old), ...row }, select) }),
    ...(type === 'INSERT' ? {} : { old_record: selected(old ?? {}, select) }),
  };
  if (sizeOf(records) <= RECORD_BYTES_MAX) return { ...head, columns, ...records, errors: null };
  const kept = Object.fromEntries(Object.entries(records).map(([name, record]) => [name, smallValues(record)]));
  return { ...head, columns, ...kept, errors: [TOO_LARGE] };
}

/** The old row has a large value that did not change, if the replica identity is full. */
function unchanged(columns: readonly { name: string }[], row: StreamRow = {}, old: StreamRow = {}): StreamRow {
  const missing = columns.filter(({ name }) => !(name in row) && name in old);
  return Object.fromEntries(missing.map(({ name }) => [name, old[name]]));
}

function emptyRecords(type: RowChange['type']): Pick<ChangePayload, 'record' | 'old_record'> {
  return { ...(type === 'DELETE' ? {} : { record: {} }), ...(type === 'INSERT' ? {} : { old_record: {} }) };
}

function selected(row: StreamRow, select: readonly string[] | undefined): StreamRow {
  if (select === undefined) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => select.includes(name)));
}

function sizeOf(records: object): number {
  const text = JSON.stringify(records);
  return text.length * 3 <= RECORD_BYTES_MAX ? text.length : Buffer.byteLength(text);
}

function smallValues(record: StreamRow): StreamRow {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => Buffer.byteLength(JSON.stringify(value) ?? '') <= KEPT_BYTES_MAX),
  );
}
