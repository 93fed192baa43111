import { expect, test } from 'vitest';
import { importJepsenEdn } from '../import/jepsen/jepsen.ts';
import { commit, eventsOf, historyOf, info, invoke, ok, read, show, write } from '../history.test-support.ts';
import type { History } from '../event.ts';
import { exportJepsenEdn } from './jepsen-edn-export.ts';

const lines = (history: History): string[] => [...exportJepsenEdn(history)];

test('a register is written in the format of Jepsen', () => {
  const history = historyOf([...write(0, 3, { key: 'register' }), ...read(1, null, { key: 'register' })]);
  expect(lines(history)).toEqual([
    '{:type :invoke, :f :write, :process 0, :time 0, :index 0, :value 3}',
    '{:type :ok, :f :write, :process 0, :time 1000000, :index 1, :value 3}',
    '{:type :invoke, :f :read, :process 1, :time 2000000, :index 2, :value nil}',
    '{:type :ok, :f :read, :process 1, :time 3000000, :index 3, :value nil}',
  ]);
});

test('several keys become tuples, named clients get unused numbers, and extra fields are kept', () => {
  const history = historyOf([
    invoke('tab', 'cas', [1, 2], { key: 'a' }),
    invoke(0, 'read', undefined, { key: 'b', session: 's' }),
    info('tab', 'cas', { key: 'a', error: 'a "b"', fault: { 'odd name': [1.5, true] } }),
  ]);
  expect(lines(history)).toEqual([
    '{:type :invoke, :f :cas, :process 1, :time 0, :index 0, :process-name "tab", :value ["a" [1 2]]}',
    '{:type :invoke, :f :read, :process 0, :time 1000000, :index 1, :session "s", :value ["b" nil]}',
    String.raw`{:type :info, :f :cas, :process 1, :time 2000000, :index 2, :process-name "tab", :value ["a" nil], :error "a \"b\"", :fault {"odd name" [1.5 true]}}`,
  ]);
  expect(eventsOf(importJepsenEdn(lines(history).join('\n'), 'h.edn'))).toEqual(history.events);
});

test('operations that only Ratchet has belong to processes that are not numbers, and can be imported again', () => {
  const history = historyOf([
    commit({ generation: 1, progress: 85 }),
    show('tab-1', { progress: 85 }, { session: 'tab-1' }),
    show(7 as never, { progress: 86 }),
    info('nemesis', 'fault', { fault: 'lag', key: undefined as never, lag_ms: 5 }),
    info('nemesis', 'fault', { fault: 'two words' }),
    info('ratchet', 'fault', { fault: 'run-incomplete', error: 'x', value: ['a', 1] as never }),
  ]);
  expect(lines(history)[0]).toBe(
    '{:type :info, :f :commit, :process :ratchet, :time 0, :index 0, :process-name "db", :value {:generation 1, :progress 85}, :key "story-1"}',
  );
  expect(eventsOf(importJepsenEdn(lines(history).join('\n'), 'h.edn'))).toEqual(history.events);
});

test('an initial value is written in a comment, because EDN has no field for it', () => {
  const [first] = lines({ header: { history: 1, initial: 0 }, events: historyOf([ok('a', 'show', 1)]).events });
  expect(first).toBe('; every register begins at 0');
});
