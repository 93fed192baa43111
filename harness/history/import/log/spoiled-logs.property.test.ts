/** Any file is imported, or refused with file and line; nothing crashes or hangs. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { logFormats } from './log-formats.ts';
import { FINE, outcomeOf, sampleLogs, spoiledLog, textOf } from './spoiled-logs.test-support.ts';

test.each(sampleLogs)('$file is imported, and if it is spoiled, imported or refused', async (sample) => {
  expect(await outcomeOf(Buffer.from(textOf(sample)), sample)).toBe('imported');
  await fc.assert(
    fc.asyncProperty(spoiledLog(sample), async (bytes) => {
      expect(await outcomeOf(bytes, sample)).toMatch(FINE);
    }),
    { numRuns: fc.readConfigureGlobal().numRuns ?? 150 },
  );
});

test('every format has a log that is spoiled', () => {
  expect(new Set(sampleLogs.map(({ format }) => format))).toEqual(new Set(logFormats.map(({ name }) => name)));
});
