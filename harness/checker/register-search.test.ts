import { expect, test } from 'vitest';
import { historyOf, info, invoke, ok, progress, read, write } from '../history/history.test-support.ts';
import { busyRegister } from './busy-register.test-support.ts';
import { searchBoth } from './register-search.test-support.ts';

/** The shortcuts of the sweep limit the number of its steps. */
const steps = (...drafts: Parameters<typeof historyOf>[0][number][]): number =>
  searchBoth(historyOf(drafts)).sweep.steps;
const lost = (process: string, value: number) => [invoke(process, 'write', value), info(process, 'write')];

test('a sweep takes no more steps than necessary', () => {
  const overlapping = [1, 2, 1, 2].map((value, at) => invoke(`w${at}`, 'write', value));
  const ends = overlapping.map((_, at) => ok(`w${at}`, 'write'));
  expect(steps(overlapping, read('r', 1), ends, read('r', 2), read('s', 2))).toBe(17);
});

test.each([1, 2, 3, 4, 5, 6])('lost swaps among 2,000 operations are not tried in all combinations (%i)', (seed) => {
  const { depthFirst, sweep } = searchBoth(busyRegister({ operations: 2_000, seed }));
  expect([depthFirst.hasOrder, sweep.hasOrder]).toEqual([true, true]);
  expect(depthFirst.steps).toBeLessThan(25_000);
  expect(sweep.steps).toBeLessThan(50_000);
});

test('a depth-first search ends when it comes no further', () => {
  const writers = Array.from({ length: 18 }, (_, at) => at);
  const history = historyOf([
    writers.map((writer) => invoke(writer, 'write', writer)),
    read('r', 77),
    writers.map((writer) => ok(writer, 'write')),
  ]);
  const { hasOrder, steps: taken } = searchBoth(history).depthFirst;
  expect(hasOrder).toBe(false);
  expect(taken).toBeGreaterThan(20_000);
  expect(taken).toBeLessThan(21_000);
});

test('lost writes that no operation observes take no steps', () => {
  expect(
    steps(
      lost('a', 1),
      lost('b', 1),
      lost('c', 2),
      lost('d', 9),
      write('w', 1),
      read('r', 1),
      read('r', 1),
      write('w', 3),
      read('r', 2),
    ),
  ).toBe(18);
  expect(
    steps(
      lost('a', 1),
      lost('b', 1),
      lost('c', 1),
      write('w', 2),
      read('r', 1),
      write('w', 2),
      read('r', 1),
      write('v', 3),
    ),
  ).toBe(18);
});

test('lost starts take no steps either, nor do equivalent ones', () => {
  const start = (process: string) => [invoke(process, 'start'), info(process, 'start')];
  expect(
    steps(
      start('a'),
      start('b'),
      write('w', progress(10)),
      read('r', progress(10)),
      read('r', progress([2, 0])),
      write('w', progress([2, 10])),
    ),
  ).toBe(16);
});

test('configurations that differ only in lost writes are followed once', () => {
  const overlap = [
    invoke('x', 'write', 2),
    invoke('y', 'write', 1),
    read('r', 2),
    read('s', 1),
    ok('x', 'write'),
    ok('y', 'write'),
  ];
  const swap = [invoke('z', 'cas', [1, 2]), ok('z', 'cas')];
  expect(steps(write('w', 1), lost('a', 2), lost('b', 1), lost('c', 2), overlap.flat(), swap, read('r', 2))).toBe(25);
});

const found = { depthFirst: { hasOrder: true }, sweep: { hasOrder: true } };

test('a lost write and a lost swap of the same value may both take effect', () => {
  const history = historyOf([
    invoke('a', 'cas', [3, 2]),
    write('w', 3),
    lost('l', 2),
    ok('a', 'cas'),
    invoke('c', 'cas', [1, 0]),
    invoke('b', 'cas', [2, 1]),
    ok('c', 'cas'),
    info('b', 'cas'),
    [invoke('d', 'cas', [0, 2]), info('d', 'cas')],
    [invoke('e', 'cas', [2, 1]), ok('e', 'cas')],
    read('r', 2),
  ]);
  expect(searchBoth(history)).toMatchObject(found);
});

test('a write may take effect only to hide another', () => {
  const history = historyOf([
    invoke('a', 'write', 1),
    invoke('c', 'cas', [1, 0]),
    ok('a', 'write'),
    invoke('b', 'write', 2),
    invoke('d', 'write', 1),
    ok('c', 'cas'),
    ok('d', 'write'),
    ok('b', 'write'),
    read('r', 0),
  ]);
  expect(searchBoth(history)).toMatchObject(found);
});

test('an operation that ends last is used last, and a lost one after it', () => {
  const history = historyOf([
    [invoke('l', 'cas', [1, 0]), info('l', 'cas')],
    invoke('w', 'write', 1),
    invoke('a', 'cas', [1, 0]),
    invoke('b', 'cas', [0, 1]),
    ok('w', 'write'),
    ok('b', 'cas'),
    ok('a', 'cas'),
    [invoke('d', 'cas', [1, 0]), ok('d', 'cas')],
    read('r', 0),
  ]);
  expect(searchBoth(history)).toMatchObject(found);
});

test('sixty operations can be in flight at once', () => {
  const history = historyOf([
    ...Array.from({ length: 60 }, (_, at) => invoke(`r${at}`, 'read')),
    write('w', 1),
    write('w', 1),
    ...Array.from({ length: 60 }, (_, at) => ok(`r${at}`, 'read', at % 2 === 0 ? 1 : null)),
  ]);
  expect(searchBoth(history)).toMatchObject(found);
});
