import { afterAll, expect, it } from 'vitest';
import { onBehalfOf } from '../async-context.ts';
import { onNetworkFailure, tagRequests } from './attribution.ts';

const { fetch } = globalThis;
afterAll(() => {
  globalThis.fetch = fetch;
});

it('tells of a limit of the system that a request to the gateway meets, which the application takes for a failure of Supabase', async () => {
  const cause = Object.assign(new Error('connect EMFILE 127.0.0.1:1'), { code: 'EMFILE' });
  globalThis.fetch = async () => {
    throw new TypeError('fetch failed', { cause });
  };
  tagRequests();
  const told: Error[] = [];
  onNetworkFailure((failure) => void told.push(failure));
  const operation = { actor: 'tab-1', operation: 'tab-1#1', gatewayUrl: 'http://127.0.0.1:1' };
  const asked = onBehalfOf(operation, () => globalThis.fetch('http://127.0.0.1:1/rest/v1/stories'));
  await expect(asked).rejects.toThrow('fetch failed');
  expect(told).toEqual([expect.objectContaining({ code: 'system-limit', exitCode: 2 })]);
  await expect(onBehalfOf(operation, () => globalThis.fetch('http://elsewhere/'))).rejects.toThrow('fetch failed');
  expect(told.length).toBe(1);
});
