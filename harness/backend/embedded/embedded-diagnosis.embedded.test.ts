import { expect, it } from 'vitest';
import { diagnose } from './embedded-diagnosis.ts';

it('ratchet doctor lists every requirement of the backend', async () => {
  const found = await diagnose();
  expect(found.filter(({ ok }) => !ok)).toEqual([]);
  expect(found.find(({ what }) => what === 'PostgreSQL')?.detail).toMatch(/PostgreSQL\) 18/);
  expect(found.find(({ what }) => what === 'REST layer')?.detail).toMatch(/@supabase\/lite|PostgREST/);
});
