import { describe, expect, it } from 'vitest';
import type { ObservedProgress } from '../../port/subject.ts';
import { at } from '../manual-app.test-support.ts';
import { displays, type DisplayName } from './display-registry.ts';

/** The progress values that the policy shows, given values in the order of arrival with the ordinals of their requests. */
function shown(name: DisplayName, ...arrivals: [value: ObservedProgress, ordinal: number][]): number[] {
  const display = displays[name]();
  return arrivals.filter(([value, ordinal]) => display(value, { ordinal })).map(([{ progress }]) => progress);
}

describe('a display policy', () => {
  it('shows values as they arrive, or only those that reach the high-water mark', () => {
    const falling = [at(85), at(10), at(5, 2)].map((value, i) => [value, i + 1] as [ObservedProgress, number]);
    expect(shown('as-arrived', ...falling)).toEqual([85, 10, 5]);
    expect(shown('high-water', ...falling)).toEqual([85, 5]);
  });

  it('with a high-water mark drops a response that a later request has overtaken', () => {
    expect(shown('high-water', [at(40), 2], [at(60), 1])).toEqual([40]);
    expect(shown('high-water', [at(40), 1], [at(40), 2])).toEqual([40, 40]);
    expect(shown('as-arrived', [at(40), 2], [at(60), 1])).toEqual([40, 60]);
  });

  it('ignores values that it did not show', () => {
    expect(shown('high-water', [at(40), 1], [at(10), 5], [at(60), 4])).toEqual([40, 60]);
  });

  it.each(Object.keys(displays) as DisplayName[])('%s keeps no state across page loads', (name) => {
    expect([shown(name, [at(85), 9]), shown(name, [at(10), 1])]).toEqual([[85], [10]]);
  });
});
