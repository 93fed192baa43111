/** Column values: parsed and compared like in PostgreSQL. */
import type { ColumnType, Row, Scalar } from '../../port/model.ts';
import { databaseError, notSimulated } from './rest-error.ts';

/** What a column holds where it is not null. */
export type Value = Exclude<Scalar, null>;

/** @throws RestError with the code 22P02, 22003 or 22007 if the value is not valid for the type */
export function coerce(value: string, type: ColumnType): Value;
export function coerce(value: unknown, type: ColumnType): Scalar;
export function coerce(value: unknown, type: ColumnType): Scalar {
  if (value === null || value === undefined) return null;
  if (type === 'text') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (type === 'integer') return toInteger(text);
  if (type === 'numeric') return toNumeric(text);
  if (type === 'boolean') return toBoolean(text);
  return toTimestamp(text);
}

function toInteger(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) {
    throw databaseError('22P02', `invalid input syntax for type integer: "${text}"`);
  }
  const value = Number(text);
  if (value < -(2 ** 31) || value >= 2 ** 31) {
    throw databaseError('22003', `value "${text}" is out of range for type integer`);
  }
  return value;
}

function toNumeric(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw databaseError('22P02', `invalid input syntax for type numeric: "${text}"`);
}

function toBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (
    word !== '' &&
    ['true', 'yes', 'on', '1'].some((full) => full === word || (full.startsWith(word) && word !== 'o'))
  )
    return true;
  if (
    word !== '' &&
    ['false', 'no', 'off', '0'].some((full) => full === word || (full.startsWith(word) && word !== 'o'))
  )
    return false;
  throw databaseError('22P02', `invalid input syntax for type boolean: "${text}"`);
}

/** Accepts ISO 8601. Other formats that PostgreSQL accepts are refused as not simulated. */
function toTimestamp(text: string): string {
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\s*(Z|[-+]\d\d(?::?\d\d)?)?$/i.exec(text) ?? [];
  if (seconds === undefined) {
    if (/\d/.test(text)) throw notSimulated(`the timestamp "${text}"`);
    throw databaseError('22007', `invalid input syntax for type timestamp with time zone: "${text}"`);
  }
  const offset =
    zone === undefined || /^z$/i.test(zone)
      ? 'Z'
      : zone.length === 3
        ? `${zone}:00`
        : zone.replace(/^(...)(\d\d)$/, '$1:$2');
  const whole = Date.parse(`${seconds.replace(' ', 'T')}${offset}`);
  if (Number.isNaN(whole)) throw databaseError('22008', `date/time field value out of range: "${text}"`);
  return formatTimestamp(whole, Number(fraction.padEnd(6, '0')));
}

/** PostgreSQL's format in JSON: UTC, up to six fractional digits, without trailing zeros. */
export function formatTimestamp(wholeSecondsMs: number, microseconds: number): string {
  if (wholeSecondsMs !== lastSecond.ms) {
    lastSecond = { ms: wholeSecondsMs, text: new Date(wholeSecondsMs).toISOString().slice(0, 19) };
  }
  const fraction = microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0').replace(/0+$/, '')}`;
  return `${lastSecond.text}${fraction}+00:00`;
}

/** Cache: most timestamps are in the same second as the previous one. */
let lastSecond = { ms: Number.NaN, text: '' };

/** Compares two values of one type that are not null: negative, zero or positive. */
export function compareValues(a: Value, b: Value, type: ColumnType): number {
  if (type === 'timestamptz') return compareTimestamps(String(a), String(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Both are in UTC and the same format, so they compare as text. */
function compareTimestamps(a: string, b: string): number {
  const [left, right] = [a.replace('+00:00', ''), b.replace('+00:00', '')];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The row as PostgreSQL formats it in the detail of a constraint violation. */
export function formatRow(row: Row): string {
  const texts = Object.values(row).map((value) => {
    if (value === null) return 'null';
    if (typeof value === 'boolean') return value ? 't' : 'f';
    return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d)T(.*)\+00:00$/, '$1 $2+00') : String(value);
  });
  return `(${texts.join(', ')})`;
}
