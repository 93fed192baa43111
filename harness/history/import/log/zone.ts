/** Time zones of dates that do not name theirs. */

const OFFSET = /^([+-])(\d\d):?(\d\d)?$/;
const MINUTE = 60_000;

/** Whether it is an offset such as +02:00, or a name of the IANA database. */
export function isZone(zone: string): boolean {
  if (OFFSET.test(zone)) return true;
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The offset from UTC in milliseconds of a local time.
 * @param localMs the local time, as if it were in UTC. Of one that occurs twice, the first is meant; one that the clock
 * leaves out is read with the offset before it.
 */
export function offsetOf(zone: string, localMs: number): number {
  const [, sign, hours, minutes = '0'] = OFFSET.exec(zone) ?? [];
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
  const before = offsetAt(zone, localMs - 14 * 60 * MINUTE);
  if (offsetAt(zone, localMs - before) === before) return before;
  const after = offsetAt(zone, localMs + 14 * 60 * MINUTE);
  return offsetAt(zone, localMs - after) === after ? after : before;
}

/** The offset at a moment. */
function offsetAt(zone: string, utcMs: number): number {
  const fields = Object.fromEntries(
    formatOf(zone)
      .formatToParts(utcMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(utcMs / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for an unknown zone */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(zone, format);
  return format;
}
