/** Parses the times of logs into nanoseconds since 1970, exactly. */

export type Unit = 'iso' | 's' | 'ms' | 'us' | 'ns';

const digitsOf = { s: 9, ms: 6, us: 3, ns: 0 } as const;
const decimal = /^(\d+)(?:\.(\d+))?$/;
const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Parses a number, its text, or an ISO date; digits beyond the nanosecond are dropped. `undefined` if it is not valid.
 */
export function nanosecondsOf(value: unknown, unit: Unit): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return unit === 'iso' ? fromDate(String(value)) : fromDecimal(String(value), digitsOf[unit]);
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

/** A date without a zone is in UTC, so that the result does not depend on the zone of this machine. */
function fromDate(text: string): bigint | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, day, time, seconds = '00', fraction = '', zone = 'Z'] = match;
  const offset = zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const milliseconds = Date.parse(`${day}T${time}:${seconds}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}
