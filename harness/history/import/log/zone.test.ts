import { expect, it, test } from 'vitest';
import { nanosecondsOf } from './timestamp.ts';
import { isZone } from './zone.ts';

const utcOf = (local: string, zone: string): string =>
  new Date(Number(nanosecondsOf(local, 'iso', zone)! / 1_000_000n)).toISOString();

test.each([
  ['2026-05-04 11:30:00', 'Europe/Berlin', '2026-05-04T09:30:00.000Z'],
  ['2026-01-04 11:30:00', 'Europe/Berlin', '2026-01-04T10:30:00.000Z'],
  ['2026-05-04 11:30:00', '-03:30', '2026-05-04T15:00:00.000Z'],
  ['2026-05-04 11:30:00', 'UTC', '2026-05-04T11:30:00.000Z'],
  ['2026-05-04 11:30:00', 'Pacific/Kiritimati', '2026-05-03T21:30:00.000Z'],
  // The hour occurs twice: the first is meant. It does not exist: as if the clock had not been put forward.
  ['2026-10-25 02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25 03:30:00', 'Europe/Berlin', '2026-10-25T02:30:00.000Z'],
  ['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ['2026-03-29 03:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
])('%s in %s is %s', (local, zone, utc) => {
  expect(utcOf(local, zone)).toBe(utc);
});

it('a date that names its zone is not in that of the mapping', () => {
  expect(utcOf('2026-05-04 11:30:00Z', 'Europe/Berlin')).toBe('2026-05-04T11:30:00.000Z');
});

it('zones are offsets and names of the IANA database', () => {
  expect(['+02:00', '-0330', 'Asia/Tokyo', 'UTC'].every(isZone)).toBe(true);
  expect(['CEST+1', 'Europe', '', '2h'].some(isZone)).toBe(false);
});
