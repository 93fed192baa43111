/** A selection gets the same verdict as its part of the whole history. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { select } from '../history/selection.ts';
import type { Selection } from '../history/selection.ts';
import { judge } from './compose.ts';
import type { PropertyName } from './properties.ts';
import type { Violation } from './verdict.ts';

/** All properties that judge without a bound. */
const names: PropertyName[] = [
  'monotonic-view',
  'monotonic-reads',
  'read-your-writes',
  'monotonic-commits',
  'writes-follow-reads',
  'integrity',
  'linearizable',
  'convergence',
];
/** For all other properties a selection of sessions leaves out the other sessions. */
const ofKeys: ReadonlySet<string> = new Set(['monotonic-commits', 'linearizable']);
const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'), historyArbitrary('ending'));
const selections: fc.Arbitrary<Selection> = fc.record(
  { keys: fc.subarray(['story-1', 'story-2']), sessions: fc.subarray(['shared', 'p2.0', 'p2.1']) },
  { requiredKeys: [] },
);

function isSelected({ keys, sessions }: Selection, { property, key, session }: Violation): boolean {
  if (keys !== undefined && !keys.includes(String(key))) return false;
  return sessions === undefined || ofKeys.has(property) || sessions.includes(String(session));
}

test('the violations of a selection are those of the whole that concern it', () => {
  fc.assert(
    fc.property(histories, selections, (history, selection) => {
      // A register may be linearizable without the reads of other sessions and not with them.
      const asked = selection.sessions === undefined ? names : names.filter((name) => name !== 'linearizable');
      const whole = judge(history, asked).verdicts.flatMap(({ violations }) => violations);
      const part = judge(select(asColumns(history), selection), asked).verdicts.flatMap(({ violations }) => violations);
      expect(part).toEqual(whole.filter((violation) => isSelected(selection, violation)));
    }),
    { numRuns: 1000 },
  );
});

test('a linearizable register is linearizable in every selection of sessions', () => {
  const valid = (history: HistoryColumns): unknown => judge(history, ['linearizable']).valid;
  fc.assert(
    fc.property(historyArbitrary('register'), selections, (history, { sessions = [] }) => {
      const columns = asColumns(history);
      fc.pre(valid(columns) === true);
      const [verdict] = judge(select(columns, { sessions }), ['linearizable']).verdicts;
      expect(verdict?.valid).toBe(verdict?.isNotJudged ? 'unknown' : true);
    }),
    { numRuns: 300 },
  );
});

test('the measurements of a selection cover only its reads', () => {
  const measured = (history: HistoryColumns): unknown => judge(history, ['availability']).verdicts[0]!.measured;
  fc.assert(
    fc.property(histories, selections, (history, selection) => {
      const columns = asColumns(history);
      const isIn = (list: readonly string[] | undefined, name: unknown): boolean =>
        list?.includes(String(name)) ?? true;
      const reads = history.events.filter(
        ({ f, type, index, key }) =>
          f === 'read' &&
          type === 'invoke' &&
          isIn(selection.keys, key) &&
          isIn(selection.sessions, columns.sessionName(index)),
      );
      expect(measured(select(columns, selection))).toMatchObject({ reads: reads.length });
    }),
  );
});
