import { describe, expect, it } from 'vitest';
import { expectedOfRange, expectedOfRun } from './expectation.ts';

const subject = {
  withstands: {
    both: false,
    'run-only': { run: true },
    'range-only': { explore: true },
    'by-parameter': { run: ({ lag_ms: lagMs }: { lag_ms?: number }) => (lagMs === 0 ? undefined : lagMs! < 100) },
  },
};

const ofRun = (scenario: string, parameters = {}) => expectedOfRun(subject, scenario, parameters);
const ofRange = (scenario: string) => expectedOfRange(subject, scenario);

describe('what a subject withstands', () => {
  it('can be declared for runs and for the range together', () => {
    expect([ofRun('both'), ofRange('both')]).toEqual([false, false]);
  });

  it('can be declared for one of them only', () => {
    expect([ofRun('run-only'), ofRange('run-only')]).toEqual([true, undefined]);
    expect([ofRun('range-only'), ofRange('range-only')]).toEqual([undefined, true]);
  });

  it('depends on the parameters of a run', () => {
    const expected = [0, 50, 500].map((lagMs) => ofRun('by-parameter', { lag_ms: lagMs }));
    expect(expected).toEqual([undefined, true, false]);
  });

  it('is unknown for an undeclared scenario, and for a subject without declarations', () => {
    expect([ofRun('other'), ofRange('other')]).toEqual([undefined, undefined]);
    expect([expectedOfRun({}, 'both', {}), expectedOfRange({}, 'both')]).toEqual([undefined, undefined]);
  });
});
