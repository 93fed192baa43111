import { describe, expect, it } from 'vitest';
import { PatternSequence } from './moment.ts';

const shown = (progress: number, generation?: number) => ({
  f: 'show',
  session: 'tab-1',
  value: { progress, ...(generation === undefined ? {} : { generation }) },
});

describe('a sequence of patterns', () => {
  it('is complete with the event that matches its last pattern', () => {
    const sequence = new PatternSequence([
      { f: 'show', progress: 85 },
      { f: 'show', progress: 10 },
    ]);
    expect([10, 85, 40, 10].map((progress) => sequence.follow(shown(progress)))).toEqual([false, false, false, true]);
  });

  it('matches a single pattern as well as a list', () => {
    expect(new PatternSequence({ f: 'show', session: 'tab-1' }).follow(shown(1))).toBe(true);
    expect(new PatternSequence({ f: 'show', session: 'tab-2' }).follow(shown(1))).toBe(false);
  });

  it('treats a value without generation as generation 1', () => {
    expect(new PatternSequence({ f: 'show', generation: 1 }).follow(shown(5))).toBe(true);
    expect(new PatternSequence({ f: 'show', generation: 2 }).follow(shown(5))).toBe(false);
    expect(new PatternSequence({ f: 'show', generation: 2 }).follow(shown(5, 2))).toBe(true);
  });

  it('is also matched by a greater progress of its generation, where the application decides on its steps', () => {
    const shows = [shown(90, 2), shown(60, 1), shown(90, 1)];
    const follow = (...matching: ['reached'?]): boolean[] => {
      const sequence = new PatternSequence({ f: 'show', generation: 1, progress: 85 }, ...matching);
      return shows.map((event) => sequence.follow(event));
    };
    expect(follow('reached')).toEqual([false, false, true]);
    expect(follow()).toEqual([false, false, false]);
  });

  it('stays complete', () => {
    const sequence = new PatternSequence({ f: 'show', progress: 85 });
    expect([85, 10].map((progress) => sequence.follow(shown(progress)))).toEqual([true, true]);
  });
});
