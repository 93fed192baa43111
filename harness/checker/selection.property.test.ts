/** A selection is judged as its part of the whole is. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { select } from '../history/selection.ts';
import type { Selection } from '../history/selection.ts';
import { judge } from './compose.ts';
import type { PropertyName } from './properties.ts';
import type { Violation } from './verdict.ts';

const names: PropertyName[] = [
  'monotonic-view',
  'monotonic-reads',
  'read-your-writes',
  'monotonic-commits',
  'integrity',
  'convergence',
];
const ofSessions: ReadonlySet<string> = new Set(names.filter((name) => name !== 'monotonic-commits'));
const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'));
const selections: fc.Arbitrary<Selection> = fc.record(
  { keys: fc.subarray(['story-1', 'story-2']), sessions: fc.subarray(['shared', 'p2.0', 'p2.1']) },
  { requiredKeys: [] },
);

function isSelected({ keys, sessions }: Selection, { property, key, session }: Violation): boolean {
  if (keys !== undefined && !keys.includes(String(key))) return false;
  return sessions === undefined || !ofSessions.has(property) || sessions.includes(String(session));
}

test('the violations of a selection are those of the whole that are about it', () => {
  fc.assert(
    fc.property(histories, selections, (history, selection) => {
      const whole = judge(history, names).verdicts.flatMap(({ violations }) => violations);
      const selected = judge(select(asColumns(history), selection), names).verdicts.flatMap(
        ({ violations }) => violations,
      );
      expect(selected).toEqual(whole.filter((violation) => isSelected(selection, violation)));
    }),
    { numRuns: 1000 },
  );
});
