import { expect, it } from 'vitest';
import type { Hunt } from '../port/hunt.ts';
import { huntSummary } from './hunt-text.ts';

const hunt = (isFound: boolean, elapsedMs: number): Hunt => ({ bug: 'b', file: 'f.ts', isFound, runs: 1, elapsedMs });

it('counts the bugs that were not searched', () => {
  const hunts = [hunt(true, 1500), hunt(false, 500)];
  const whole = { valid: false, hunts, bugs: 2, durationMs: 2000 } as const;
  expect(huntSummary(whole)).toBe('1 of 2 planted bugs found in 2.0 s, the longest 1.5 s');
  const interrupted = huntSummary({ ...whole, bugs: 114 });
  expect(interrupted).toBe('1 of 114 planted bugs found in 2.0 s, the longest 1.5 s; interrupted before 112 of them');
});
