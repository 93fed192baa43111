import { expect, test } from 'vitest';
import type { History } from './event.ts';
import { fail, historyOf, info, invoke, ok, progress, read, show } from './history.test-support.ts';
import { pairOperations } from './pairing.ts';
import type { PairedOperation } from './pairing.ts';

function only(history: History): PairedOperation {
  const { operations } = pairOperations(history);
  expect(operations).toHaveLength(1);
  return operations[0] as PairedOperation;
}

test('an invoke and its completion are one operation, whatever lies between', () => {
  const history = historyOf([
    invoke('a', 'read'),
    read('b', progress(10)),
    show('a', progress(5)),
    ok('a', 'read', progress(20)),
  ]);
  const { operations, operationAt } = pairOperations(history);
  expect(operations.map(({ process, value }) => [process, value])).toEqual([
    ['a', progress(20)],
    ['b', progress(10)],
  ]);
  expect(operationAt.map((operation) => operation?.process)).toEqual(['a', 'b', 'b', undefined, 'a']);
});

test('an operation still in flight at the end is info, for nobody knows', () => {
  expect(only(historyOf([invoke('a', 'write', progress(10))]))).toMatchObject({
    outcome: 'info',
    completion: undefined,
    value: progress(10),
  });
});

test('a write that says nothing more when it completes keeps the value of its invoke', () => {
  expect(only(historyOf([invoke('a', 'write', 5), ok('a', 'write')])).value).toBe(5);
  expect(only(historyOf([invoke('a', 'write', 5), ok('a', 'write', null)])).value).toBe(5);
  expect(only(historyOf([invoke('a', 'write', null), ok('a', 'write')])).value).toBe(null);
});

test('a start takes the value with which it completes', () => {
  expect(only(historyOf([invoke('a', 'start', null), ok('a', 'start', progress([2, 0]))])).value).toEqual(
    progress([2, 0]),
  );
  expect(only(historyOf([invoke('a', 'start', null), info('a', 'start')])).value).toBeUndefined();
});

test('a read has a value only when it is ok, and null is one', () => {
  expect(only(historyOf([invoke('a', 'read', 5), fail('a', 'read', { value: 5 })])).value).toBeUndefined();
  expect(only(historyOf([invoke('a', 'read'), ok('a', 'read', null)])).value).toBe(null);
});

test('the session is the one that either event names, else the process', () => {
  expect(only(historyOf([invoke(7, 'read')])).session).toBe(7);
  expect(only(historyOf([invoke('a', 'read', undefined, { session: 's' }), fail('a', 'read')])).session).toBe('s');
  expect(only(historyOf([invoke('a', 'read'), fail('a', 'read', { session: 's' })])).session).toBe('s');
});

test('a completion without an invoke is refused', () => {
  const twice = historyOf([read('a', 1), ok('a', 'read', 1)]);
  expect(() => pairOperations(twice)).toThrow('event 2 completes an operation that never began');
  expect(() => pairOperations(historyOf([ok('a', 'read', 1)]))).toThrow(
    'event 0 completes an operation that never began',
  );
});
