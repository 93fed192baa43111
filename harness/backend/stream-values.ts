/** Values of a replication stream, which are text, as the JSON that Realtime sends: `to_jsonb` of the column's type. */
import { NUMERIC_TYPES } from '../port/stream.ts';

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
