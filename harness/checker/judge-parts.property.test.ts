import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { atomicHistoryArbitrary, mutate, mutationArbitrary } from '../history/atomic-history.test-support.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import { commit, historyOf, progress, read, show, write } from '../history/history.test-support.ts';
import { partedHistoryOf } from '../history/parted-history.test-support.ts';
import { historyArbitrary } from '../history/random-history.test-support.ts';
import { select, type Selection } from '../history/selection.ts';
import { judge } from './compose.ts';
import { judgeParts } from './judge-parts.ts';
import { properties, type PropertyName } from './properties.ts';
import type { CheckOptions } from './verdict.ts';

const names = Object.keys(properties) as PropertyName[];
const bounds: CheckOptions = {
  maxStalenessVersions: 0,
  maxStalenessMs: 1,
  minAvailability: 0.9,
  maxLatencyMs: 2,
  finalLookAnswered: true,
  convergeWithinMs: 5,
};
const histories = fc.oneof(
  historyArbitrary('progress'),
  historyArbitrary('register'),
  historyArbitrary('ending'),
  fc.tuple(atomicHistoryArbitrary('unique'), mutationArbitrary).map(([history, mutation]) => mutate(history, mutation)),
);
const numRuns = fc.readConfigureGlobal().numRuns ?? 2000;

test('a history judged in parts has the verdicts, violations and measurements of the whole', () => {
  const limits = fc.record({ parts: fc.integer({ min: 1, max: 5 }), pageEvents: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(histories, limits, fc.constantFrom({}, bounds), (history, limit, options) => {
      expect(judgeParts(partedHistoryOf(history, limit), names, options)).toEqual(judge(history, names, options));
    }),
    { numRuns },
  );
});

test('a selection judged in parts has the verdicts of the same selection of the whole', () => {
  const selections: fc.Arbitrary<Selection> = fc.record(
    { keys: fc.subarray(['story-1', 'story-2']), sessions: fc.subarray(['shared', 'p2.0', 'p2.1']) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(histories, selections, (history, selection) => {
      const parted = partedHistoryOf(history, { parts: 3, pageEvents: 4 });
      const inParts = judgeParts(parted, names, bounds, (part) => select(part, selection));
      expect(inParts).toEqual(judge(select(asColumns(history), selection), names, bounds));
    }),
    { numRuns },
  );
});

test('writes follow reads across the keys of different parts', () => {
  const here = { key: 'here' };
  const there = { key: 'there' };
  const history = historyOf([
    read('tab-1', progress(40), here),
    write('tab-1', progress(10), there),
    read('tab-2', progress(0), { key: 'elsewhere' }),
    commit(progress(10), there),
    commit(progress(40), here),
  ]);
  const parted = partedHistoryOf(history, { parts: 8, pageEvents: 1 });
  const { verdicts } = judgeParts(parted, ['writes-follow-reads'], {});
  expect(verdicts).toEqual(judge(history, ['writes-follow-reads']).verdicts);
  expect(verdicts[0]?.violations[0]?.events).toEqual([1, 2, 6, 7]);
});

test('of many violations in several parts, the first hundred and the worst are those of the whole', () => {
  const fall = (key: string, from: number, to: number) => [
    show('tab-1', progress(from), { key }),
    show('tab-1', progress(to), { key }),
  ];
  const many = (count: number, of: (at: number) => string): History =>
    historyOf(Array.from({ length: count }, (_, at) => fall(of(at), 50 + (at % 40), 50 - (at % 7))).flat());
  for (const history of [many(150, (at) => `story-${at % 3}`), many(240, (at) => `story-${at % 120}`)]) {
    const parted = partedHistoryOf(history, { parts: 4, pageEvents: 16 });
    expect(judgeParts(parted, ['monotonic-view'], {})).toEqual(judge(history, ['monotonic-view']));
  }
});

test('an event of a part is the one of the whole, with its place in the part', () => {
  const history = historyOf([
    write('worker-1', progress(10), { key: 'one' }),
    read('tab-1', progress(10), { key: 'two' }),
    show('tab-1', progress(10), { key: 'two', read: 3 }),
  ]);
  const parted = partedHistoryOf(history, { parts: 8, pageEvents: 1 });
  const { history: two, indices } = parted.extract(({ history: part }, at) => part.keyName(at) === 'two');
  expect([...indices]).toEqual([2, 3, 4]);
  expect(two.eventAt(2)).toMatchObject({ index: 2, f: 'show', read: 1 });
});
