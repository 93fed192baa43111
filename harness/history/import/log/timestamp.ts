/** Parses the times of logs into nanoseconds since 1970, exactly. */
import { offsetOf } from './zone.ts';

/** `http`: the date of an access log, `04/May/2026:09:30:02 +0000`. */
export type Unit = 'iso' | 'http' | 's' | 'ms' | 'us' | 'ns';

const digitsOf = { s: 9, ms: 6, us: 3, ns: 0 } as const;
const decimal = /^(\d+)(?:\.(\d+))?$/;
const iso =
  /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const http = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)\s*([+-]\d{4})?$/;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Parses a number, its text, or a date; digits beyond the nanosecond are dropped. `undefined` if it is not valid.
 * @param zone of dates that name none
 */
export function nanosecondsOf(value: unknown, unit: Unit, zone = 'Z'): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (unit === 'iso') return fromIso(text, zone);
  return unit === 'http' ? fromHttp(text, zone) : fromDecimal(text, digitsOf[unit]);
}

/** Whether a valid time has no fraction of a second, so that it is up to a second before the moment that it means. */
export function isWholeSecond(value: unknown, unit: Unit): boolean {
  if (unit === 'http') return true;
  return (unit === 'iso' || unit === 's') && !/\d[.,]\d/.test(String(value));
}

/** The date and time of day in UTC, to the millisecond. */
export function dateOf(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString();
}

function fromDecimal(text: string, digits: number): bigint | undefined {
  const [, whole, fraction = ''] = decimal.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
}

function fromIso(text: string, zone: string): bigint | undefined {
  const [, year, month, day, hour, minute, second = '00', fraction = '', named = zone] = iso.exec(text) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = fromParts([year, month, day, hour, minute, second].map(Number), named);
  if (milliseconds === undefined) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

function fromHttp(text: string, zone: string): bigint | undefined {
  const [, day, month = '', year, hour, minute, second, named = zone] = http.exec(text) ?? [];
  if (year === undefined) return undefined;
  const number = months.indexOf(month.toLowerCase()) + 1;
  const milliseconds = fromParts([Number(year), number, ...[day, hour, minute, second].map(Number)], named);
  return milliseconds === undefined ? undefined : BigInt(milliseconds) * 1_000_000n;
}

/** `undefined` for a day or a time of day that does not exist. */
function fromParts(parts: readonly number[], zone: string): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(localMs);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 24 || minute > 59 || second > 59) return undefined;
  const utcMs = localMs - (/^(?:Z|UTC|GMT)$/i.test(zone) ? 0 : offsetOf(zone, localMs));
  return utcMs < 0 ? undefined : utcMs;
}
