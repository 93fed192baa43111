import { expect, it } from 'vitest';
import { parsePlan } from './plan.ts';

function planWith(observer: object, faults: readonly object[] = []) {
  const input = {
    plan: 1,
    scenario: 'x',
    seed: 1,
    generations: [{ worker: 'worker-1', story: 's', steps: [{ progress: 100, after_ms: 1 }] }],
    observers: [{ session: 'tab-1', story: 's', every_ms: 10, ...observer }],
    faults,
    properties: ['monotonic-view'],
  };
  return parsePlan(input, 'here');
}

const refetch = { kind: 'tab-refetch', session: 'tab-1' };
const cancel = { ...refetch, how: 'cancel' };

it.each([
  [{ library: { name: 'query-core', dedupe_ms: 1 } }, [], 'dedupe_ms'],
  [{}, [refetch], 'faults.0: tab-1 has no library, so its page cannot ask anew'],
  [{ library: { name: 'swr' } }, [refetch, cancel], 'faults.1: swr cannot cancel a request'],
])('%j with the faults %j is refused: %s', (observer, faults, message) => {
  expect(() => planWith(observer, faults)).toThrow(message);
});

it('has the defaults of the libraries', () => {
  const { observers } = planWith({ library: { name: 'swr' } }, [refetch]);
  expect(observers[0]!.library).toEqual({ name: 'swr', persists: false, dedupe_ms: 2_000 });
  expect(planWith({ library: { name: 'query-core' } }, [cancel]).observers[0]!.library).toMatchObject({ stale_ms: 0 });
});
