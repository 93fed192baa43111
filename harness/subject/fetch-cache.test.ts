import { describe, expect, it } from 'vitest';
import { onBehalfOf } from '../async-context.ts';
import { BackgroundWork } from '../gateway/claim.ts';
import { createFetchCache, type FetchCacheOptions } from './fetch-cache.ts';

const URL_OF_ROW = 'http://supabase.invalid/rest/v1/stories?id=eq.1';

type Init = Parameters<typeof fetch>[1] & { next?: { revalidate: number | false } };

function cacheWith(options: Partial<FetchCacheOptions> = {}) {
  const state = { nowMs: 0, status: 200, sent: 0 };
  const served: string[] = [];
  const background = new BackgroundWork();
  const cache = createFetchCache({
    cachesAll: true,
    revalidateMs: undefined,
    deduplicates: false,
    nowMs: () => state.nowMs,
    inBackground: (work) => background.start(work),
    onServed: (operation, ageMs) => void served.push(`${operation}: ${ageMs}`),
    ...options,
  });
  const read = async (init?: Init, url = URL_OF_ROW): Promise<string> => {
    const send = async (): Promise<Response> => new Response(`${++state.sent}`, { status: state.status });
    return (await cache.fetch(url, init as never, send)).text();
  };
  return { cache, read, state, served, settled: () => background.settled() };
}

async function twice(read: (init?: Init) => Promise<string>, init?: Init): Promise<string> {
  return `${await read(init)} ${await read(init)}`;
}

describe('the cache of a framework', () => {
  it.each<[Init | undefined, string, string]>([
    [undefined, '1 1', '1 2'],
    [{ cache: 'no-store' }, '1 2', '1 2'],
    [{ cache: 'no-cache' }, '1 2', '1 2'],
    [{ next: { revalidate: 0 } }, '1 2', '1 2'],
    [{ cache: 'force-cache' }, '1 1', '1 1'],
    [{ next: { revalidate: false } }, '1 1', '1 1'],
    [{ next: { revalidate: 60 } }, '1 1', '1 1'],
    [{ method: 'POST', body: '{}' }, '1 2', '1 2'],
    [{ method: 'PATCH', body: '{}' }, '1 2', '1 2'],
  ])('reads %j twice: %s if it caches all, %s if requests opt in', async (init, all, optedIn) => {
    expect(await twice(cacheWith({ cachesAll: true }).read, init)).toBe(all);
    expect(await twice(cacheWith({ cachesAll: false }).read, init)).toBe(optedIn);
  });

  it('keeps answers apart by URL and header fields, and no error', async () => {
    const { read, state } = cacheWith();
    expect([await read(), await read({ headers: { apikey: 'b' } }), await read({}, `${URL_OF_ROW}&x`)]).toEqual([
      '1',
      '2',
      '3',
    ]);
    state.status = 503;
    expect(await twice((init) => read(init, 'http://supabase.invalid/other'))).toBe('4 5');
  });

  it('answers once more with what is too old, and fetches it anew meanwhile', async () => {
    const { read, state, settled } = cacheWith({ revalidateMs: 1_000 });
    await read();
    state.nowMs = 999;
    expect(await read()).toBe('1');
    state.nowMs = 1_000;
    expect(await Promise.all([read(), read()])).toEqual(['1', '1']);
    await settled();
    expect([await read(), state.sent]).toEqual(['2', 2]);
    state.nowMs = 5_000;
    state.status = 503;
    for (let time = 0; time < 2; time += 1) {
      expect(await read()).toBe('2');
      await settled();
    }
    expect(state.sent).toBe(4);
  });

  it('sends equal requests at one time once', async () => {
    const { read, state } = cacheWith();
    expect(await Promise.all([read(), read()])).toEqual(['1', '1']);
    expect(state.sent).toBe(1);
  });

  it('says for which operation it answered, and how old the answer was', async () => {
    const { read, state, served } = cacheWith();
    const operation = { actor: 'tab-1', operation: 'tab-1#2', gatewayUrl: 'http://supabase.invalid' };
    await onBehalfOf(operation, read);
    state.nowMs = 70;
    await onBehalfOf(operation, read);
    await read();
    expect(served).toEqual(['tab-1#2: 70']);
  });

  it('forgets everything when it is purged', async () => {
    const { cache, read } = cacheWith();
    await read();
    cache.purge();
    expect(await read()).toBe('2');
  });

  it('sends equal requests of one request to the application once, if it deduplicates', async () => {
    const { cache, read } = cacheWith({ cachesAll: false, deduplicates: true });
    expect(await cache.inRequest(() => twice(read))).toBe('1 1');
    expect(await cache.inRequest(() => twice(read))).toBe('2 2');
    expect(await twice(read)).toBe('3 4');
    const { cache: without, read: readWithout } = cacheWith({ cachesAll: false });
    expect(await without.inRequest(() => twice(readWithout))).toBe('1 2');
  });
});
