import { expect, test } from 'vitest';
import { asColumns } from './columns-builder.ts';
import type { Value } from './event.ts';
import { historyOf, info, invoke, ok, read } from './history.test-support.ts';

const processes = Array.from({ length: 300 }, (_, at) => at);
const begun = processes.map((at) => invoke(`p${at}`, 'write', at));
const endedWith = (valueOf: (at: number) => Value) => processes.map((at) => ok(`p${at}`, 'write', valueOf(at)));

test('hundreds of processes may have operations in flight at once', () => {
  const columns = asColumns(historyOf([begun, endedWith((at) => at)]));
  expect(processes.map((at) => columns.mate.get(at))).toEqual(processes.map((at) => 300 + at));
});

test.each([0, 60, 63, 64, 65, 299])('of hundreds of processes the wrong value of p%i is refused', (wrong) => {
  const history = historyOf([begun, endedWith((at) => (at === wrong ? -1 : at))]);
  expect(() => asColumns(history)).toThrow(`value is -1, but the invoke at index ${wrong} has ${wrong}`);
});

test('a process is not used again after info, also when hundreds of others have begun since', () => {
  const lost = [invoke('lost', 'read'), info('lost', 'read')];
  const history = historyOf([lost, begun, read('lost', 1)]);
  expect(() => asColumns(history)).toThrow('process "lost" is used again after its read ended in info at index 1');
});
