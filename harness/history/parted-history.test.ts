import { expect, test } from 'vitest';
import { asColumns } from './columns-builder.ts';
import type { HistoryColumns } from './columns.ts';
import type { History } from './event.ts';
import { commit, historyOf, info, invoke, ok, progress, read, show, watch, write } from './history.test-support.ts';
import { partedHistoryOf } from './parted-history.test-support.ts';

const fault = { ...info('nemesis', 'fault'), key: undefined as never };
const history = historyOf(
  [
    write('w', progress(10, 'generating'), { key: 'a' }),
    fault,
    read('p', progress(10), { session: 'tab-1', key: 'a', served_by: 'primary' }),
    [invoke('c', 'cas', ['x', 'y'], { key: 'b' }), ok('c', 'cas', undefined, { key: 'b' })],
    commit(progress(20), { key: 'c' }),
    read('p', 'y', { session: 'tab-1', key: 'b' }),
    fault,
  ],
  { history: 1, seed: 7 },
);
const limits = { parts: 3, pageEvents: 2 };
const parted = partedHistoryOf(history, limits);

/** What a judgement sees of an event, under names and an index of its own. */
function seen(columns: HistoryColumns, at: number): unknown {
  return {
    time: columns.time.get(at),
    process: columns.names.nameOf(columns.process.get(at)),
    session: columns.sessionName(at),
    key: columns.keyName(at),
    code: columns.code.get(at),
    value: columns.valueAt(at),
    status: columns.statusAt(at),
    from: columns.swapFrom.get(at),
    event: { ...columns.eventAt(at), index: undefined },
  };
}

test('each event is in one part, as it is in the whole history', () => {
  const whole = asColumns(history);
  const found = [...parted.parts(), parted.faults].flatMap((part) =>
    Array.from({ length: part.history.length }, (_, at) => ({
      index: part.indices.get(at),
      own: part.history.eventAt(at).index - at,
      seen: seen(part.history, at),
    })),
  );
  expect(found.toSorted((a, b) => a.index - b.index)).toEqual(
    history.events.map(({ index }) => ({ index, own: 0, seen: seen(whole, index) })),
  );
  expect([parted.length, parted.commits, parted.header]).toEqual([11, 1, history.header]);
});

test('all events of a key are in one part, and faults in none', () => {
  const keys = [...parted.parts()].map(({ history: part }) => new Set(part.events.map(({ key }) => key)));
  expect(keys.length).toBeGreaterThan(1);
  expect(keys.flatMap((part) => [...part]).toSorted()).toEqual(['a', 'b', 'c']);
  expect([...parted.withFaults()].map(({ length }) => length).at(-1)).toBe(2);
  expect([...parted.withFaults()]).toHaveLength(keys.length + 1);
});

test('there are no parts without events', () => {
  const lengths = [...partedHistoryOf(history, { parts: 50, pageEvents: 2 }).parts()].map(
    (part) => part.history.length,
  );
  expect(lengths.toSorted()).toEqual([1, 4, 4]);
});

test('the events of a key are counted', () => {
  expect(['a', 'b', 'c', 'd', 'nemesis', 'tab-1'].map((key) => parted.eventsOf(key))).toEqual([4, 4, 1, 0, 0, 0]);
});

test('wanted events of several parts are extracted in their order, with all faults', () => {
  const { history: extract, indices } = parted.extract(({ history: part }, at) => part.keyName(at) !== 'a');
  expect([...indices]).toEqual([2, 5, 6, 7, 8, 9, 10]);
  expect(extract.events.map(({ f }) => f)).toEqual(['fault', 'cas', 'cas', 'commit', 'read', 'read', 'fault']);
  expect(extract.events.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('a part knows what the whole history records', () => {
  const records = (given: History): boolean[] => {
    const { recordsShows, recordsWatches, length } = partedHistoryOf(given, limits).empty;
    expect(length).toBe(0);
    return [recordsShows, recordsWatches];
  };
  expect(records(history)).toEqual([false, false]);
  expect(records(historyOf([show('tab-1', progress(10))]))).toEqual([true, false]);
  expect(records(historyOf([watch('tab-1')]))).toEqual([false, true]);
  expect(records(historyOf([watch('tab-1', 'end')]))).toEqual([false, true]);
});

test('an event that contradicts the previous ones is refused', () => {
  const again = historyOf([invoke('p', 'read'), invoke('p', 'read')]);
  expect(() => partedHistoryOf(again, limits)).toThrow('history:2: ');
  const { events } = historyOf([show('tab-1', progress(10)), show('tab-1', progress(20))]);
  const changed = (change: object): History => ({
    header: undefined,
    events: [events[0]!, { ...events[1]!, ...change }],
  });
  expect(() => partedHistoryOf(changed({ index: 2 }), limits)).toThrow('index is 2, expected 1');
  expect(() =>
    partedHistoryOf(
      {
        header: undefined,
        events: [
          { ...events[0]!, time: 5 },
          { ...events[1]!, time: 4 },
        ],
      },
      limits,
    ),
  ).toThrow('time goes back from 5 to 4');
});

test('what a show refers to has its index in the part, or is left out', () => {
  const given = historyOf([
    read('p', progress(10), { session: 'tab-1', key: 'a' }),
    read('q', progress(20), { session: 'tab-1', key: 'b' }),
    show('tab-1', progress(20), { key: 'b', read: 3, receive: 1, note: 'kept' }),
    show('tab-1', progress(20), { key: 'b', read: 'a text' }),
  ]);
  const [, ofB] = [...partedHistoryOf(given, { parts: 2, pageEvents: 16 }).parts()].toSorted(
    (a, b) => a.history.length - b.history.length,
  );
  const [first, second] = ofB!.history.events.slice(-2);
  expect(first).toMatchObject({ read: 1, note: 'kept' });
  expect(first).not.toHaveProperty('receive');
  expect(second).toMatchObject({ read: 'a text' });
});
