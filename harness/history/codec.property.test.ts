import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatEvent, formatHeader, parseHistory } from './codec.ts';
import type { History } from './event.ts';
import { historyArbitrary } from './random-history.test-support.ts';

const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'));

function linesOf({ header, events }: History): string[] {
  return [...(header === undefined ? [] : [formatHeader(header)]), ...events.map(formatEvent)];
}

test('a history comes back from its text as it was, whatever the line ends', () => {
  fc.assert(
    fc.property(
      histories,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\n', '\n\n'),
      (history, newline, end) => {
        expect(parseHistory(linesOf(history).join(newline) + end, 'h.ndjson')).toEqual(history);
      },
    ),
  );
});

test('a history that ends in the middle of a line is refused at that line', () => {
  const cut = fc.tuple(histories, fc.nat()).filter(([{ events }]) => events.length > 0);
  fc.assert(
    fc.property(cut, ([history, seed]) => {
      const lines = linesOf(history);
      const last = lines.at(-1) ?? '';
      const text = [...lines.slice(0, -1), last.slice(0, 1 + (seed % (last.length - 1)))].join('\n');
      expect(() => parseHistory(text, 'h.ndjson')).toThrow(`h.ndjson:${lines.length}: not valid JSON`);
    }),
  );
});

test('a history without one of its events is refused', () => {
  const holed = fc.tuple(histories, fc.nat()).filter(([{ events }]) => events.length > 1);
  fc.assert(
    fc.property(holed, ([{ events }, seed]) => {
      const hole = seed % (events.length - 1);
      const text = events.filter(({ index }) => index !== hole).map(formatEvent);
      expect(() => parseHistory(text.join('\n'), 'h.ndjson')).toThrow(
        `h.ndjson:${hole + 1}: index is ${hole + 1}, expected ${hole}`,
      );
    }),
  );
});
