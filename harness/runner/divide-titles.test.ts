import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunTitle } from '../port/reporter.ts';
import { ShardDivider, type DurationOf } from './divide-titles.ts';

const titles = (durations: readonly unknown[]): RunTitle[] => durations.map((_, seed) => ({ scenario: 'any', seed }));

function divided(durations: readonly (number | undefined)[], of: number): number[][] {
  const durationOf: DurationOf = ({ seed = 0 }) => durations[seed];
  return Array.from({ length: of }, (_, at) =>
    new ShardDivider({ number: at + 1, of }, durationOf).divide(titles(durations)),
  );
}

describe('the runs of all shards', () => {
  it('are everything, each once, and in order', () => {
    const durations = fc.array(fc.option(fc.nat(10_000), { nil: undefined }), { maxLength: 40 });
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 9 }), (known, of) => {
        const shards = divided(known, of);
        expect(shards.flat().toSorted((a, b) => a - b)).toEqual([...known.keys()]);
        for (const mine of shards) expect(mine).toEqual(mine.toSorted((a, b) => a - b));
      }),
    );
  });

  it('take as long in each shard as the longest run allows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (known, of) => {
          const loads = divided(known, of).map((mine) => mine.reduce((sum, at) => sum + known[at]!, 0));
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(...known));
        },
      ),
    );
  });

  it('are equally many where no duration is known', () => {
    expect(divided(Array.from({ length: 7 }), 3).map(({ length }) => length)).toEqual([3, 2, 2]);
  });

  it('of several lists are divided together', () => {
    const dividers = [1, 2].map((number) => new ShardDivider({ number, of: 2 }, () => 10));
    const counts = dividers.map((divider) => [1, 1, 1, 1].map(() => divider.divide([{ scenario: 'one' }]).length));
    expect(counts).toEqual([
      [1, 0, 1, 0],
      [0, 1, 0, 1],
    ]);
  });
});
