import { describe, expect, it } from 'vitest';
import type { Value } from './event.ts';
import { asColumns } from './columns-builder.ts';
import { commit, historyOf, ok } from './history.test-support.ts';
import type { ValueIds } from './value-ids.ts';

/** The ids of a history that shows values of keys, one after the other. */
function idsOf(shown: readonly (readonly [key: string, value: Value])[]): ValueIds {
  return asColumns(historyOf(shown.map(([key, value]) => ok('tab-1', 'show', value, { key })))).values;
}

/** Twelve values of each of a hundred keys, which are equal in number, generation or text across keys and kinds. */
const KEYS = Array.from({ length: 100 }, (_, at) => `story-${at}`);
const VALUES: readonly Value[] = [
  ...[0, 1, 2].map((generation) => ({ generation: generation + 1, progress: 50 })),
  ...[10, 20, 20.5].map((progress) => ({ generation: 1, progress })),
];
const SCALARS: readonly Value[] = [null, 0, 1, 50, '50', '1', true, false];

describe('the ids of values', () => {
  it.each([
    ['progresses', VALUES],
    ['scalars', SCALARS],
  ])('are equal for equal %s of a key, and only for those', (_, values) => {
    const shown = KEYS.flatMap((key) => values.map((value) => [key, value] as const));
    const ids = idsOf([...shown, ...shown]);
    const expected = shown.map((_entry, at) => at);
    expect([...ids.ids]).toEqual([...expected, ...expected]);
    expect(ids.count).toBe(shown.length);
    expect([...ids.firsts].slice(0, ids.count)).toEqual(expected);
    expect(ids.keys).toHaveLength(KEYS.length);
  });

  it('are found by key and value', () => {
    const shown = KEYS.flatMap((key) => VALUES.map((value) => [key, value] as const));
    const columns = asColumns(historyOf(shown.map(([key, value]) => ok('tab-1', 'show', value, { key }))));
    const { values, names } = columns;
    expect(shown.map(([key, value]) => values.idOf(names.find(key)!, value))).toEqual(shown.map((_, at) => at));
    const first = names.find('story-0')!;
    expect(values.idOf(first, { generation: 9, progress: 50 })).toBe(-1);
    expect(values.idOf(first, 50)).toBe(-1);
  });

  it('ignore the status, and tell 0 from null but not from -0', () => {
    const first = { generation: 1, progress: 10 };
    expect([
      ...idsOf([
        ['a', first],
        ['a', { ...first, status: 'completed' }],
      ]).ids,
    ]).toEqual([0, 0]);
    expect([
      ...idsOf([
        ['a', 0],
        ['a', -0],
        ['a', null],
      ]).ids,
    ]).toEqual([0, 0, 1]);
  });

  it('are none for an event without a value', () => {
    const values = asColumns(
      historyOf([ok('tab-1', 'show', 1), ok('tab-1', 'watch', undefined, { phase: 'begin' })]),
    ).values;
    expect([...values.ids]).toEqual([0, -1]);
  });

  it('have one for the initial value of a key: that of an event, or the next one', () => {
    const columns = asColumns(
      historyOf([commit({ generation: 1, progress: 0 }), commit({ generation: 1, progress: 5 }, { key: 'story-2' })]),
    );
    const { values, names } = columns;
    expect(values.initial[names.find('story-1')!]).toBe(0);
    expect(values.initial[names.find('story-2')!]).toBe(values.count);
    expect([...values.holdsProgress]).toContain(1);
    expect(
      idsOf([['a', 7]]).initial[asColumns(historyOf([ok('tab-1', 'show', 7, { key: 'a' })])).names.find('a')!],
    ).toBe(1);
  });
});
