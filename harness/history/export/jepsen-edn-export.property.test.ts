import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsOf } from '../history.test-support.ts';
import { importJepsenEdn } from '../import/jepsen/jepsen.ts';
import { historyArbitrary } from '../random-history.test-support.ts';
import { exportJepsenEdn } from './jepsen-edn-export.ts';

const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'));

test('a history comes back from the EDN of Jepsen as it was', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const text = [...exportJepsenEdn(history)].join('\n');
      const { initial } = history.header ?? {};
      const back = importJepsenEdn(text, 'h.edn', initial === undefined ? {} : { initial });
      expect({ header: back.header, events: eventsOf(back) }).toEqual(history);
    }),
    { numRuns: 300 },
  );
});

test('every client has a number of its own, and all other processes are not numbers', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const lines = [...exportJepsenEdn(history)].filter((line) => line.startsWith('{'));
      const operations = lines.map((line, at) => ({ line, event: history.events[at]! }));
      const [singles, clients] = [true, false].map((isSingle) =>
        operations.filter(
          ({ event }) => ['show', 'commit', 'fault', 'watch', 'receive'].includes(event.f) === isSingle,
        ),
      ) as [typeof operations, typeof operations];
      for (const { line } of singles) expect(line).toMatch(/^\{:type :info, .* :process :(nemesis|ratchet),/);
      const pairs = clients.map(({ line, event }) => `${/ :process (\d+),/.exec(line)![1]} ${event.process}`);
      const processes = new Set(clients.map(({ event }) => event.process));
      expect(new Set(pairs).size).toBe(processes.size);
      expect(new Set(pairs.map((pair) => pair.split(' ')[0])).size).toBe(processes.size);
    }),
  );
});
