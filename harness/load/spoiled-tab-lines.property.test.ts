/** Any file is merged, or refused with file and line; what is merged is a valid history. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FINE_TAB_LINES, outcomeOfTabLines, spoiledTabLines, TAB_LINES } from './spoiled-tab-lines.test-support.ts';

test('lines of tabs are merged, and if they are spoiled, merged or refused', async () => {
  expect(await outcomeOfTabLines(Buffer.from(TAB_LINES.join('\n')))).toBe('imported');
  await fc.assert(
    fc.asyncProperty(spoiledTabLines(), async (bytes) => {
      expect(await outcomeOfTabLines(bytes)).toMatch(FINE_TAB_LINES);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 150 },
  );
});

const poll = (fields: string): string => `hello\np 1 1 0 1000 1010 9.25 ${fields}\n`;

test.each([
  ['a value that is no number', poll('200 1 NaN '), 'f:2: is a poll with an unknown value: 1 NaN '],
  ['a status that is cut', poll('200 1 85 in%2'), 'f:2: is a poll with an unknown value'],
  ['an error that is cut', poll('503 no%2'), 'f:2: is a poll with an error that is not encoded'],
  ['a poll that is cut', poll(''), 'f:2: is not a poll of a tab'],
  ['a poll that ends before it begins', 'p 1 1 0 1001 1000 1 200 1 85 \n', 'f:1: is not a poll of a tab'],
  ['a clock that is cut', `c 1 2\n${poll('200 1 85 ')}`, 'f:1: is not a comparison of clocks'],
  [
    'a time of another year',
    `p 1 1 0 1000 1010 1 200 1 85 \np 1 2 0 1772445600000 1772445600010 1 200 1 85 \n`,
    'f:2: is a poll more than 100 days before or after another one',
  ],
])('%s is refused by its line', async (_, text, message) => {
  expect(await outcomeOfTabLines(Buffer.from(text))).toContain(message);
});
