import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { asColumns } from '../../history/columns-builder.ts';
import { historyArbitrary } from '../../history/random-history.test-support.ts';
import { COLUMN_NAMES, timelineEvents, type TimelineEvents } from '../svg/timeline-events.ts';
import { decodeColumns, encodeColumns } from './column-codec.ts';
import { lagging } from './report-file.test-support.ts';

type Columns = Record<string, number[]>;

function columnsOf(events: Pick<TimelineEvents, (typeof COLUMN_NAMES)[number]>): Columns {
  return Object.fromEntries(COLUMN_NAMES.map((name) => [name, [...events[name]]]));
}

function roundTrip(events: TimelineEvents): Columns {
  return columnsOf(decodeColumns(encodeColumns(events), events.length));
}

it('decodes what it has encoded, for any history', () => {
  fc.assert(
    fc.property(fc.oneof(historyArbitrary('progress'), historyArbitrary('register')), (history) => {
      const events = timelineEvents(asColumns(history));
      expect(roundTrip(events)).toEqual(columnsOf(events));
    }),
  );
});

it('decodes times, positions in the log and fractions of a progress beyond 32 bits', () => {
  const events = timelineEvents(asColumns(lagging()));
  events.time.set([0, 7, 2 ** 52]);
  events.lsn.set([2 ** 50, -1, 5]);
  events.progress.set([33.333, 100, -1]);
  expect(roundTrip(events)).toEqual(columnsOf(events));
});
