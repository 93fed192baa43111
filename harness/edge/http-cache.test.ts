import { describe, expect, it } from 'vitest';
import { BackgroundWork } from '../gateway/claim.ts';
import { HttpCache, provenanceOf, type HttpCacheOptions } from './http-cache.ts';

const URL_OF_STATUS = 'http://app.invalid/status';
const OPERATION = { actor: 'tab-1', operation: 'tab-1#1', gatewayUrl: 'http://gateway.invalid' };

type Headers = Record<string, string>;
interface Origin {
  status?: number;
  headers?: Headers;
  /** Whether it answers 304 to the tag that it has sent. */
  confirms?: boolean;
}

/** A cache in front of an application that counts its answers. */
function cacheBefore(origin: Origin | Error, options: Partial<HttpCacheOptions> = {}) {
  const state = { origin, nowMs: 0, answers: 0 };
  const asked: { headers: Headers; operation: string }[] = [];
  const background = new BackgroundWork();
  const cache = new HttpCache({
    name: 'edge cache',
    isShared: true,
    nowMs: () => state.nowMs,
    inBackground: (work) => background.start(work),
    ...options,
  });
  async function ask(headers: Headers = {}, url = URL_OF_STATUS) {
    const response = await cache.answer(new Request(url, { headers }), OPERATION, async (request, { operation }) => {
      asked.push({ headers: Object.fromEntries(request.headers), operation });
      if (state.origin instanceof Error) throw state.origin;
      const { status = 200, headers: own, confirms = false } = state.origin;
      if (confirms && request.headers.has('if-none-match'))
        return new Response(null, { status: 304, ...(own && { headers: own }) });
      return new Response(`${++state.answers}`, { status, ...(own && { headers: own }) });
    });
    const { cache: by, originMs } = provenanceOf(response) ?? {};
    return { status: response.status, body: await response.text(), by, originMs, age: response.headers.get('age') };
  }
  return { ask, asked, state, cache, settled: () => background.settled() };
}

function sending(cacheControl: string, more: Headers = {}): Origin {
  return { headers: { 'cache-control': cacheControl, ...more } };
}

describe('a shared cache', () => {
  it('serves an answer until its lifetime ends, and says how old it is', async () => {
    const { ask, state } = cacheBefore(sending('max-age=600, s-maxage=5'));
    expect(await ask()).toMatchObject({ body: '1', by: undefined });
    state.nowMs = 4_900;
    expect(await ask()).toMatchObject({ body: '1', by: 'edge cache', originMs: 0, age: '5' });
    state.nowMs = 5_000;
    expect(await ask()).toMatchObject({ body: '2', by: undefined });
  });

  it.each(['no-store', 'private, max-age=60', 'no-cache', 'max-age=0', ''])(
    'serves no answer with %j again',
    async (value) => {
      const { ask } = cacheBefore(value === '' ? {} : sending(value));
      await ask();
      expect(await ask()).toMatchObject({ body: '2', by: undefined });
    },
  );

  it('stores no answer to a request with a token, unless the answer allows it', async () => {
    for (const [value, body] of [
      ['max-age=5', '2'],
      ['s-maxage=5', '1'],
    ] as const) {
      const { ask } = cacheBefore(sending(value));
      await ask({ authorization: 'Bearer x' });
      expect(await ask({ authorization: 'Bearer y' })).toMatchObject({ body });
    }
  });

  it('serves a stale answer while it fetches a new one, on behalf of no read of the tab', async () => {
    const { ask, asked, state, settled } = cacheBefore(sending('s-maxage=1, stale-while-revalidate=10'));
    await ask();
    state.nowMs = 2_000;
    expect(await Promise.all([ask(), ask()])).toMatchObject([
      { body: '1', by: 'edge cache', originMs: 0 },
      { body: '1', by: 'edge cache' },
    ]);
    await settled();
    expect(asked.map(({ operation }) => operation)).toEqual(['tab-1#1', 'tab-1#1/revalidation']);
    expect(await ask()).toMatchObject({ body: '2', by: 'edge cache', originMs: 2_000 });
    state.nowMs = 30_000;
    expect(await ask()).toMatchObject({ body: '3', by: undefined });
  });

  it('serves a stale answer instead of an error, if the answer allows it, and for no longer', async () => {
    const { ask, state } = cacheBefore(sending('s-maxage=1, stale-if-error=10'));
    await ask();
    state.nowMs = 5_000;
    for (const failure of [{ status: 503 }, new Error('the connection was refused')]) {
      state.origin = failure;
      expect(await ask()).toMatchObject({ status: 200, body: '1', by: 'edge cache' });
    }
    state.nowMs = 20_000;
    await expect(ask()).rejects.toThrow('the connection was refused');
    state.origin = { status: 503 };
    expect(await ask()).toMatchObject({ status: 503 });
  });

  it('passes an error on if nothing allows a stale answer, and keeps none with must-revalidate', async () => {
    const { ask, state } = cacheBefore(
      sending('s-maxage=2, stale-if-error=10, stale-while-revalidate=10, must-revalidate'),
    );
    await ask();
    state.nowMs = 1_000;
    expect(await ask()).toMatchObject({ body: '1', by: 'edge cache' });
    state.nowMs = 3_000;
    state.origin = { status: 500 };
    expect(await ask()).toMatchObject({ status: 500 });
  });

  it('asks with the tag of a stale answer, and serves that answer if it is confirmed', async () => {
    const { ask, asked, state } = cacheBefore({ ...sending('s-maxage=1', { etag: 'W/"a"' }), confirms: true });
    await ask();
    state.nowMs = 3_000;
    expect(await ask()).toMatchObject({ status: 200, body: '1', by: undefined, originMs: 3_000 });
    expect(asked[1]!.headers).toMatchObject({ 'if-none-match': 'W/"a"' });
    state.nowMs = 3_500;
    expect(await ask()).toMatchObject({ body: '1', by: 'edge cache', originMs: 3_000 });
  });

  it('answers 304 to a client that has the same answer', async () => {
    const { ask } = cacheBefore(sending('s-maxage=5', { etag: '"a"' }));
    await ask();
    expect(await ask({ 'if-none-match': '"b", W/"a"' })).toMatchObject({ status: 304, body: '', by: 'edge cache' });
    expect(await ask({ 'if-none-match': '"b"' })).toMatchObject({ status: 200, body: '1' });
  });

  it('keeps an answer for each value of the fields that Vary names', async () => {
    const { ask } = cacheBefore(sending('s-maxage=5', { vary: 'Accept-Language' }));
    const languages = ['de', 'en', 'de', 'en'];
    const bodies: string[] = [];
    for (const language of languages) bodies.push((await ask({ 'accept-language': language })).body);
    expect(bodies).toEqual(['1', '2', '1', '2']);
    const { ask: askAny } = cacheBefore(sending('s-maxage=5', { vary: '*' }));
    await askAny();
    expect(await askAny()).toMatchObject({ body: '2' });
  });

  it('has another key for another query, unless it leaves the query out', async () => {
    for (const [ignoresQuery, body] of [
      [false, '2'],
      [true, '1'],
    ] as const) {
      const { ask } = cacheBefore(sending('s-maxage=5'), { ignoresQuery });
      await ask({}, `${URL_OF_STATUS}?seen=1.10`);
      expect(await ask({}, `${URL_OF_STATUS}?seen=1.85`)).toMatchObject({ body });
    }
  });

  it('applies its rule to answers without a header, or to all', async () => {
    const rule = { cacheControl: 's-maxage=5', overrides: false };
    for (const [origin, overrides, body] of [
      [{}, false, '1'],
      [sending('no-store'), false, '2'],
      [sending('no-store'), true, '1'],
    ] as const) {
      const { ask } = cacheBefore(origin, { rule: { ...rule, overrides } });
      await ask();
      expect(await ask()).toMatchObject({ body });
    }
  });

  it('forgets its answers when it is purged', async () => {
    const { ask, cache } = cacheBefore(sending('s-maxage=5'));
    await ask();
    cache.purge();
    expect(await ask()).toMatchObject({ body: '2' });
  });
});

describe('a private cache', () => {
  const browser = { name: 'browser cache', isShared: false };

  it('stores what is private, and ignores s-maxage', async () => {
    const { ask, state } = cacheBefore(sending('private, max-age=1, s-maxage=60'), browser);
    await ask();
    expect(await ask()).toMatchObject({ body: '1', by: 'browser cache' });
    state.nowMs = 2_000;
    expect(await ask()).toMatchObject({ body: '2' });
  });
});
