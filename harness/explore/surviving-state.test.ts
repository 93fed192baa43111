import { afterEach, expect, it } from 'vitest';
import { decisiveGlobals, watchGlobals } from './surviving-state.ts';

const globals = globalThis as Record<string, unknown>;
afterEach(() => {
  delete globals['kept'];
  delete globals['unimportant'];
});

it('names the added variables without which a plan holds, and restores them', () => {
  const added = watchGlobals();
  globals['kept'] = new Map();
  globals['unimportant'] = 1;
  expect(added()).toEqual(['kept', 'unimportant']);
  expect(decisiveGlobals(added(), () => globals['kept'] === undefined)).toEqual(['kept']);
  expect(globals['kept']).toBeInstanceOf(Map);
});
