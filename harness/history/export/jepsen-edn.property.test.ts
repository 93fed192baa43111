import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsOf } from '../history.test-support.ts';
import { importJepsenEdn } from '../import/jepsen.ts';
import { historyArbitrary } from '../random-history.test-support.ts';
import { exportJepsenEdn } from './jepsen-edn.ts';

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

test('Jepsen finds every client with a number of its own, and the rest out of its way', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const lines = [...exportJepsenEdn(history)].filter((line) => line.startsWith('{'));
      const numbers = new Map<string, unknown>();
      for (const [at, line] of lines.entries()) {
        const { process, f } = history.events[at]!;
        const number = / :process (\d+),/.exec(line)?.[1];
        expect(number === undefined).toBe(['show', 'commit', 'fault'].includes(f));
        if (number === undefined) expect(line).toMatch(/^\{:type :info, .* :process :(nemesis|ratchet),/);
        else expect(numbers.get(number) ?? process).toBe(process);
        if (number !== undefined) numbers.set(number, process);
      }
    }),
  );
});
