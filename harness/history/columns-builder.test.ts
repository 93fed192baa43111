import { expect, test } from 'vitest';
import { NONE } from './codes.ts';
import { asColumns } from './columns-builder.ts';
import { commit, historyOf, invoke, ok, progress, read, show, watch } from './history.test-support.ts';
import type { History, Value } from './event.ts';

const columnsOf = (...drafts: Parameters<typeof historyOf>[0]) => asColumns(historyOf(drafts));
const withEvents = (change: (index: number) => object): History => {
  const { header, events } = historyOf([show('tab-1', progress(10)), show('tab-1', progress(20))]);
  return { header, events: events.map((event) => ({ ...event, ...change(event.index) })) };
};

test('events are numbered without gaps, and their times never decrease', () => {
  expect(() => asColumns(withEvents((index) => ({ index: index * 2 })))).toThrow('event 2: index is 2, expected 1');
  expect(() => asColumns(withEvents((index) => ({ time: 5 - index })))).toThrow('event 1: time goes back from 5 to 4');
  expect(asColumns(withEvents(() => ({ time: 5 }))).length).toBe(2);
  expect(() => asColumns(withEvents((index) => ({ time: index - 1 })))).toThrow('event 0: time goes back from 0 to -1');
});

test('columns stay as they are', () => {
  const columns = columnsOf(show('tab-1', progress(10)));
  expect(asColumns(columns)).toBe(columns);
});

test('the columns grow with the events, and end with the last one', () => {
  const columns = columnsOf(Array.from({ length: 700 }, (_, at) => show(`tab-${at}`, progress(at % 100))));
  expect([columns.length, columns.time.length, columns.code.length]).toEqual([700, 700, 700]);
  expect(columns.valueAt(0)).toEqual({ generation: 1, progress: 0 });
  expect(columns.valueAt(699)).toEqual({ generation: 1, progress: 99 });
  expect(columns.sessionName(255)).toBe('tab-255');
});

test('both events of an operation have the session that one of them names, and its view', () => {
  const session = { session: 'tab-1' };
  for (const [first, second] of [
    [session, {}],
    [{}, session],
    [session, session],
  ]) {
    const columns = columnsOf(
      show('tab-1', progress(0)),
      invoke('p', 'read', undefined, first),
      ok('p', 'read', progress(10), second),
    );
    expect([columns.sessionName(1), columns.sessionName(2)]).toEqual(['tab-1', 'tab-1']);
    expect([columns.view.get(1), columns.view.get(2)]).toEqual([columns.view.get(0), columns.view.get(0)]);
    expect([columns.mate.get(0), columns.mate.get(1), columns.mate.get(2)]).toEqual([NONE, 2, 1]);
  }
});

test('without a session it is the process', () => {
  expect(columnsOf(read('p', progress(10))).sessionName(1)).toBe('p');
});

test('a completed write has the value of its invoke if it repeats none, and its status if it repeats none', () => {
  const completed = (begun: Value, ended: Value | undefined): unknown => {
    const columns = columnsOf(invoke('w', 'write', begun), ok('w', 'write', ended));
    return { ...(columns.valueAt(1) as object), status: columns.statusAt(1), height: columns.height.get(1) };
  };
  const whole = { generation: 1, progress: 85, status: 'generating', height: 128 + 85 };
  expect(completed(progress(85, 'generating'), undefined)).toEqual(whole);
  // A null is a scalar, of which there are no heights.
  expect(completed(progress(85, 'generating'), null)).toEqual({ ...whole, height: undefined });
  expect(completed(progress(85, 'generating'), progress(85))).toEqual(whole);
  expect(completed(progress(85), progress(85, 'failed'))).toEqual({ ...whole, status: 'failed' });
  for (const ended of [undefined, null]) {
    expect(completed(progress(85), ended)).toMatchObject({ progress: 85, status: undefined });
  }
});

test('a read may return null, and a start completes with a generation of its own', () => {
  expect(columnsOf(read('p', null)).valueAt(1)).toBeNull();
  const started = columnsOf(invoke('w', 'start', progress(0, 'generating')), ok('w', 'start', progress([2, 0])));
  expect([started.valueAt(1), started.statusAt(1)]).toEqual([{ generation: 2, progress: 0 }, undefined]);
});

test('the value that a cas expects is that of its invoke', () => {
  const columns = columnsOf(invoke('c', 'cas', [1, 2]), show('tab-1', 3), ok('c', 'cas'));
  expect([...columns.swapFrom]).toEqual([[0, 1]]);
  expect([0, 2].map((at) => columns.valueAt(at))).toEqual([2, 2]);
});

test('a completion that names no session is in no other view', () => {
  const columns = columnsOf(invoke('p', 'read', undefined, { session: 'tab-1' }), ok('p', 'read', progress(10)));
  expect([columns.views.count, columns.view.get(0), columns.view.get(1)]).toEqual([1, 0, 0]);
});

test('a read has a value only if it is ok, a watch never', () => {
  const columns = columnsOf(invoke('p', 'read', progress(85)), ok('p', 'read'), watch('tab-1'));
  expect([0, 1, 2].map((at) => columns.valueAt(at))).toEqual([undefined, undefined, undefined]);
});

test('a start does not know its generation until it completes with one', () => {
  const columns = columnsOf(invoke('w', 'start', null), ok('w', 'start', progress([2, 0])));
  expect([columns.valueAt(0), columns.valueAt(1)]).toEqual([undefined, { generation: 2, progress: 0 }]);
});

test('a fault is in no view, any other single event is', () => {
  const fault = { ...ok('nemesis', 'fault'), type: 'info' } as const;
  const columns = columnsOf(commit(progress(10)), fault, watch('tab-1'));
  expect([columns.view.get(0), columns.view.get(1), columns.view.get(2)]).toEqual([0, NONE, 1]);
});

test('heights have the order of the values, or there are none', () => {
  const heights = (...values: Value[]): number[] => [...columnsOf(values.map((value) => show('t', value))).height];
  const [low, high, next] = heights(progress(10), progress(100), progress([2, 0]));
  expect([low! < high!, high! < next!]).toEqual([true, true]);
  expect(heights(progress(12.5))).toHaveLength(1);
  expect(heights(progress(1), 5)).toEqual([]);
  expect(heights(progress(33.3))).toEqual([]);
  expect(heights(progress(1e-9))).toEqual([]);
  expect(heights(progress([2 ** 40, 1]))).toEqual([]);
});
