import { describe, expect, it } from 'vitest';
import { drawFrom } from './random.ts';
import { parametersOf, planOf, type Scenario } from './scenario.ts';

const scenario: Scenario = {
  name: 'tiny',
  summary: '',
  parameters: { lag_ms: { description: '', default: 200, min: 0, max: 1_000 } },
  plan: ({ parameters, draw }) => ({
    generations: [{ worker: 'w', story: 's', steps: [{ progress: 10, after_ms: parameters['lag_ms']! }] }],
    observers: [{ session: 't', story: 's', every_ms: draw('t', 10, 1_000) }],
    properties: ['monotonic-view'],
  }),
};

describe('a scenario', () => {
  it('gives the same plan for the same seed and another plan for another seed', () => {
    const parameters = parametersOf(scenario, {});
    expect(planOf(scenario, 7, parameters)).toEqual(planOf(scenario, 7, parameters));
    expect(planOf(scenario, 7, parameters).observers).not.toEqual(planOf(scenario, 8, parameters).observers);
  });

  it('prefers given parameters to its defaults', () => {
    expect(parametersOf(scenario, {})).toEqual({ lag_ms: 200 });
    expect(parametersOf(scenario, { lag_ms: '5' })).toEqual({ lag_ms: 5 });
  });

  it.each([
    [{ lag: '1' }, 'scenario tiny has no parameter "lag"'],
    [{ lag_ms: 'soon' }, 'lag_ms must be a number from 0 to 1000, not "soon"'],
    [{ lag_ms: '-1' }, 'lag_ms must be a number from 0 to 1000, not "-1"'],
    [{ lag_ms: '' }, 'lag_ms must be a number'],
  ])('rejects %j', (set, message) => {
    expect(() => parametersOf(scenario, set as Record<string, string>)).toThrow(message);
  });
});

describe('drawing', () => {
  it('does not change the values of other actors if one is removed', () => {
    const both = drawFrom(3);
    both('worker-1', 0, 1_000);
    const withOther = both('tab-1', 0, 1_000);
    expect(drawFrom(3)('tab-1', 0, 1_000)).toBe(withOther);
  });

  it('stays within its range and reaches both ends', () => {
    const draw = drawFrom(1);
    const drawn = new Set(Array.from({ length: 200 }, () => draw('x', 2, 4)));
    expect([...drawn].sort()).toEqual([2, 3, 4]);
  });
});
